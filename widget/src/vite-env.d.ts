/** Path of the built app below the server's address; put in by the build. */
declare const __APP__: string;
