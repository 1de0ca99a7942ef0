import { Metadata, ServerInterceptingCall, status, type ServerInterceptor } from '@grpc/grpc-js';

/** Ends a call whose request is not there whole within so many ms: a caller that stops half-way must not stay for ever. */
export function impatience(withinMs: number): ServerInterceptor {
  return (_, call) => {
    let timer: NodeJS.Timeout | undefined;
    const isThere = () => clearTimeout(timer);
    const late = () =>
      call.sendStatus({
        code: status.DEADLINE_EXCEEDED,
        details: `PAWL_REQUEST_MALFORMED: The request was not there whole within ${withinMs} ms.`,
        metadata: new Metadata(),
      });
    return new ServerInterceptingCall(call, {
      start(next) {
        timer = setTimeout(late, withinMs);
        next({
          onReceiveHalfClose(next) {
            isThere();
            next();
          },
          onCancel: isThere,
        });
      },
      sendStatus(status, next) {
        isThere();
        next(status);
      },
    });
  };
}
