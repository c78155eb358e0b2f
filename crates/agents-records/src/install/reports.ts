// Reports what pi does to the command below, one JSON object on its standard input each.
import { spawn, spawnSync } from "node:child_process";

const command: string[] = __COMMAND__;

export default function (pi: any) {
  let error: string | undefined;

  // Nothing that goes wrong here may disturb pi.
  const report = (event: string, ctx: any, more: object = {}, wait = false) => {
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
      const [program, ...words] = command;
      if (wait) {
        spawnSync(program, words, { input, stdio: ["pipe", "ignore", "ignore"], timeout: 2000 });
        return;
      }
      const child = spawn(program, words, { stdio: ["pipe", "ignore", "ignore"] });
      child.on("error", () => {});
      child.stdin.on("error", () => {});
      child.stdin.end(input);
      child.unref();
    } catch {}
  };

  pi.on("session_start", (_event: any, ctx: any) => report("SessionStart", ctx));
  pi.on("agent_start", (_event: any, ctx: any) => report("UserPromptSubmit", ctx));
  pi.on("tool_execution_start", (event: any, ctx: any) =>
    report("PreToolUse", ctx, { tool_name: event?.toolName }));
  pi.on("tool_execution_end", (event: any, ctx: any) =>
    report("PostToolUse", ctx, { tool_name: event?.toolName }));
  // pi asks again after some errors: only what stands when it has settled ended the turn.
  pi.on("agent_end", (event: any) => {
    const last = event?.messages?.at?.(-1);
    error = last?.stopReason === "error" ? String(last.errorMessage ?? "") : undefined;
  });
  pi.on("agent_settled", (_event: any, ctx: any) =>
    error === undefined ? report("Stop", ctx) : report("StopFailure", ctx, { error }));
  // The process ends next: the report must be out before.
  pi.on("session_shutdown", (_event: any, ctx: any) => report("SessionEnd", ctx, {}, true));
}
