"""A small shop's examples, in five languages."""

from __future__ import annotations

from router.understanding.examples import Example

TEXTS = {
    "order_status": (
        "Where is my order?",
        "Has my parcel been shipped yet?",
        "Track my package please",
        "When will my delivery arrive?",
        "Gdzie jest moje zamówienie?",
        "Kiedy przyjdzie moja paczka?",
        "Где мой заказ?",
        "Πού είναι η παραγγελία μου;",
        "Πότε θα έρθει το δέμα μου;",
        "Wann kommt mein Paket an?",
    ),
    "return": (
        "I want to return this lamp",
        "How do I send an item back?",
        "I would like a refund for the chair",
        "Can I give this back to you?",
        "Chcę zwrócić towar",
        "Я хочу вернуть товар",
        "Θέλω να επιστρέψω το προϊόν",
        "Πώς μπορώ να επιστρέψω τη λάμπα;",
        "Ich möchte den Stuhl zurückgeben",
    ),
    "password": (
        "I forgot my password",
        "How do I reset my password?",
        "I cannot log in to my account",
        "My login does not work any more",
        "Nie pamiętam hasła do konta",
        "Я забыл пароль",
        "Ξέχασα τον κωδικό πρόσβασης",
        "Δεν μπορώ να συνδεθώ στον λογαριασμό μου",
        "Ich habe mein Kennwort vergessen",
    ),
    "opening_hours": (
        "When are you open?",
        "What are your opening hours on Saturday?",
        "Until what time is the store open today?",
        "Are you closed on Sundays?",
        "O której otwieracie sklep?",
        "Во сколько вы открываетесь?",
        "Ποιες ώρες είναι ανοιχτό το κατάστημα;",
        "Τι ώρα ανοίγετε το Σάββατο;",
        "Wie lange habt ihr heute geöffnet?",
    ),
}

EXAMPLES = [Example(text, (intent,)) for intent, texts in TEXTS.items() for text in texts]
