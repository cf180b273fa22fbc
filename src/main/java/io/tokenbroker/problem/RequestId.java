package io.tokenbroker.problem;

import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** The id of a request: the caller's own if it is a sane one, else ours. It is in every answer and every log line. */
public final class RequestId {

    public static final String HEADER = "X-Request-Id";

    private static final String KEY = RequestId.class.getName();
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    private RequestId() {}

    public static String of(RoutingContext request) {
        String known = request.get(KEY);
        if (known != null) {
            return known;
        }
        var id = Optional.ofNullable(request.request().getHeader(HEADER))
                .filter(given -> SANE.matcher(given).matches())
                .orElseGet(RequestId::random);
        request.put(KEY, id);
        return id;
    }

    /** To tell requests apart, not to keep anything secret; a secure random would cost more than a cached answer. */
    private static String random() {
        var random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
