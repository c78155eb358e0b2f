// Reports what pi does to the command below: one JSON object on its standard input each, one after the other.
import { spawn } from "node:child_process";

const command: string[] = __COMMAND__;

// The longest time that one report may take, and pi waits for the last one, in milliseconds.
const LIMIT = 2000;

export default function (pi: any) {
  let error: string | undefined;
  let queue: Promise<void> = Promise.resolve();

  // Ends in any case: nothing that goes wrong here may disturb pi.
  const send = (input: string) =>
    new Promise<void>((done) => {
      try {
        const [program, ...words] = command;
        const child = spawn(program, words, {
          stdio: ["pipe", "ignore", "ignore"],
          timeout: LIMIT,
          killSignal: "SIGKILL",
        });
        child.on("error", () => done());
        child.on("close", () => done());
        child.stdin.on("error", () => {});
        child.stdin.end(input);
      } catch {
        done();
      }
    });

  const report = (event: string, ctx: any, more: object = {}) => {
    try {
      const manager = ctx?.sessionManager;
      const input = JSON.stringify({
        hook_event_name: event,
        session_id: manager?.getSessionId?.(),
        transcript_path: manager?.getSessionFile?.(),
        cwd: ctx?.cwd ?? process.cwd(),
        model: ctx?.model?.id,
        at: Date.now(),
        ...more,
      });
      queue = queue.then(() => send(input));
    } catch {}
  };

  // Handlers give nothing back: pi waits for what they give back.
  const on = (name: string, handle: (event: any, ctx: any) => void) =>
    pi.on(name, (event: any, ctx: any) => {
      handle(event, ctx);
    });

  on("session_start", (_event, ctx) => report("SessionStart", ctx));
  on("agent_start", (_event, ctx) => report("UserPromptSubmit", ctx));
  on("tool_execution_start", (event, ctx) =>
    report("PreToolUse", ctx, { tool_name: event?.toolName }));
  on("tool_execution_end", (event, ctx) =>
    report("PostToolUse", ctx, { tool_name: event?.toolName }));
  // pi asks again after some errors: only what stands when it has settled ended the turn.
  on("agent_end", (event) => {
    const last = event?.messages?.at?.(-1);
    error = last?.stopReason === "error" ? String(last.errorMessage ?? "") : undefined;
  });
  on("agent_settled", (_event, ctx) =>
    error === undefined ? report("Stop", ctx) : report("StopFailure", ctx, { error }));
  // The process ends next: what is still queued must be out before.
  pi.on("session_shutdown", (_event: any, ctx: any) => {
    report("SessionEnd", ctx);
    return Promise.race([queue, new Promise<void>((done) => setTimeout(done, LIMIT))]);
  });
}
