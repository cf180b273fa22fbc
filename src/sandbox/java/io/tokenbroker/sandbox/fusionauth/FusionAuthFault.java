package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * A misbehaviour and the requests it befalls. {@link #of} makes one for every request, until cleared, before anything
 * is committed; the other methods narrow it.
 *
 * @param method {@code *} for any
 * @param path exact, or a beginning followed by {@code *}
 * @param identityPrefix how the {@code identityProviderUserId} begins; empty for any request
 * @param times after how many requests it ends; 0 for never
 * @param afterCommit the request does its work, then its answer suffers
 * @param delay how long {@link Kind#SLOW} takes, unless the faults are cleared before
 * @param retryAfterSeconds the header of 429 and 503; 0 for none
 */
public record FusionAuthFault(
        Kind kind,
        String method,
        String path,
        String identityPrefix,
        int times,
        boolean afterCommit,
        Duration delay,
        int retryAfterSeconds) {

    /** What happens. */
    public enum Kind {
        /** 500, empty. */
        ERROR_500,
        /** 503 with JSON. */
        UNAVAILABLE_503,
        /** 504: a webhook refused the transaction. */
        WEBHOOK_504,
        /** 200 with the HTML of a proxy. */
        PROXY_200,
        /** 401 with the HTML of a proxy. */
        PROXY_401,
        /** 401 with the JSON of a gateway. */
        GATEWAY_401,
        /** 403 with the HTML of a proxy. */
        PROXY_403,
        /** 404 with the HTML of a proxy. */
        PROXY_404,
        /** 200, empty, of something in between that lies. */
        LIE_200,
        /** 404, empty, of something in between that lies. */
        LIE_404,
        /** 500 with the HTML of a proxy. */
        PROXY_500,
        /** 502 with the HTML of a proxy. */
        PROXY_502,
        /** 503 with the HTML of a proxy. */
        PROXY_503,
        /** 504 with the HTML of a proxy. */
        PROXY_504,
        /** 524 with JSON that is not FusionAuth's: a proxy that did not wait longer. */
        PROXY_524,
        RATE_LIMITED_429,
        /** 409: another request was at the same record. */
        CONFLICT_409,
        /** 409: an administrator's action keeps the user from signing in. */
        LOCKED_409,
        /** 410, empty: the user has expired. */
        EXPIRED_410,
        /** 512, empty: a lambda failed. */
        LAMBDA_512,
        /** The real answer, late. */
        SLOW,
        /** The connection closes without an answer. The JDK's own client repeats a GET by itself when that happens. */
        DROP,
        /** No answer until the faults are cleared, or the stand-in closes; then the connection does. */
        HANG,
        /** The answer begins, and never ends. */
        STALL
    }

    public static FusionAuthFault of(Kind kind) {
        return new FusionAuthFault(kind, "*", "*", "", 0, false, Duration.ofSeconds(1), 0);
    }

    public FusionAuthFault on(String newMethod, String newPath) {
        return new FusionAuthFault(
                kind, newMethod, newPath, identityPrefix, times, afterCommit, delay, retryAfterSeconds);
    }

    public FusionAuthFault forIdentity(String prefix) {
        return new FusionAuthFault(kind, method, path, prefix, times, afterCommit, delay, retryAfterSeconds);
    }

    public FusionAuthFault times(int count) {
        return new FusionAuthFault(kind, method, path, identityPrefix, count, afterCommit, delay, retryAfterSeconds);
    }

    /** Strikes once the work is done: the caller cannot know that it was. */
    public FusionAuthFault onceCommitted() {
        return new FusionAuthFault(kind, method, path, identityPrefix, times, true, delay, retryAfterSeconds);
    }

    public FusionAuthFault lasting(Duration newDelay) {
        return new FusionAuthFault(kind, method, path, identityPrefix, times, afterCommit, newDelay, retryAfterSeconds);
    }

    public FusionAuthFault retryAfter(int seconds) {
        return new FusionAuthFault(kind, method, path, identityPrefix, times, afterCommit, delay, seconds);
    }

    boolean befalls(Request request, String identity) {
        var anyEnd = path.endsWith("*");
        var samePath = anyEnd
                ? request.path().startsWith(path.substring(0, path.length() - 1))
                : request.path().equals(path);
        return samePath
                && (method.equals("*") || method.equals(request.method()))
                && identity.startsWith(identityPrefix);
    }

    /** What the caller gets, given what it would have got. */
    Reply spoil(Reply real) {
        return switch (kind) {
            case ERROR_500 -> Reply.empty(500);
            case UNAVAILABLE_503 -> patient(Errors.general(503, "[SearchEngineUnavailable]"));
            case WEBHOOK_504 -> Errors.general(504, "[WebhookTransactionException]");
            case PROXY_200 -> Reply.html(200, "<html><body><h1>Please sign in to the Wi-Fi</h1></body></html>");
            case PROXY_401 -> Reply.html(401, "<html><body><h1>401 Unauthorized</h1></body></html>");
            case GATEWAY_401 -> Reply.json(401, Map.of("message", "Unauthorized"));
            case PROXY_403 -> Reply.html(403, "<html><body><h1>403 Forbidden</h1></body></html>");
            case PROXY_404 -> Reply.html(404, "<html><body><h1>404 Not Found</h1></body></html>");
            case LIE_200 -> Reply.empty(200);
            case LIE_404 -> Reply.empty(404);
            case PROXY_500 -> Reply.html(500, "<html><body><h1>500 Internal Server Error</h1></body></html>");
            case PROXY_502 -> Reply.html(502, "<html><body><h1>502 Bad Gateway</h1></body></html>");
            case PROXY_503 -> Reply.html(503, "<html><body><h1>503 Service Unavailable</h1></body></html>");
            case PROXY_504 -> Reply.html(504, "<html><body><h1>504 Gateway Timeout</h1></body></html>");
            case PROXY_524 -> Reply.json(524, Map.of("message", "A timeout occurred"));
            case RATE_LIMITED_429 -> patient(Reply.of(429, "text/plain", "Too many requests"));
            case CONFLICT_409 -> Errors.general(409, "[retryableConflict]");
            case LOCKED_409 -> Reply.json(409, Map.of("actions", List.of()));
            case EXPIRED_410 -> Reply.empty(410);
            case LAMBDA_512 -> Reply.empty(512);
            case SLOW -> real;
            case DROP, HANG -> Reply.dropped();
            case STALL -> Reply.stalled();
        };
    }

    private Reply patient(Reply reply) {
        return retryAfterSeconds > 0 ? reply.with("Retry-After", String.valueOf(retryAfterSeconds)) : reply;
    }
}
