import type { Me } from "@usher/protocol";

/** What signing in returns. */
export interface Identity {
  agent_id: string;
  name: string;
  role: Me["role"];
  language: string;
}

export interface DemoLogin {
  role: string;
  name: string;
  email: string;
  password: string;
}

/** The server refused or could not be reached (code `unavailable`). */
export class HttpError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

const TIMEOUT_MS = 15_000;

/** Throws HttpError. timeoutMs: longer for what takes the server its time. */
export async function call(method: "GET" | "POST", path: string, body?: unknown, timeoutMs = TIMEOUT_MS): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new HttpError("unavailable", 0);
  }
  if (response.status === 204) return null;
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new HttpError(errorCode(answer) ?? codeOf(response.status), response.status);
  return answer;
}

function errorCode(answer: unknown): string | undefined {
  return (answer as { error?: { code?: string } } | null)?.error?.code;
}

function codeOf(status: number): string {
  if (status === 401) return "bad_credentials";
  return status === 429 ? "too_many_requests" : "unavailable";
}

export async function signIn(email: string, password: string): Promise<Identity> {
  return (await call("POST", "/api/login", { email, password })) as Identity;
}

export async function signOut(): Promise<void> {
  await call("POST", "/api/logout");
}

/** null: nobody is signed in. Throws HttpError when the server cannot tell. */
export async function whoAmI(): Promise<Identity | null> {
  try {
    return (await call("GET", "/api/me")) as Identity;
  } catch (error) {
    if (error instanceof HttpError && error.status === 401) return null;
    throw error;
  }
}

/** With which this browser may be called as the signed-in person. Throws HttpError. */
export async function voiceToken(): Promise<string> {
  return ((await call("POST", "/api/voice/token", {})) as { token: string }).token;
}

/** Empty outside of demo mode. */
export async function demoLogins(): Promise<DemoLogin[]> {
  try {
    return ((await call("GET", "/api/demo")) as { logins: DemoLogin[] }).logins;
  } catch {
    return [];
  }
}
