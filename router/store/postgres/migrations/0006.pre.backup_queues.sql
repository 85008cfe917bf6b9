-- Queues somebody helps out in, once an item has waited for the queue's delay.
ALTER TABLE staff_queues ADD COLUMN backup boolean NOT NULL DEFAULT false;
