package io.tokenbroker.audit;

import io.tokenbroker.problem.ErrorShape;
import io.tokenbroker.problem.RequestId;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/** Where a call came from. It remembers whether its refusal has been told, so that no refusal is told twice. */
public final class Origin {

    private static final String KEY = Origin.class.getName();

    /** A proxy that is trusted with the address may still pass on what is none. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9A-Za-z:.%_-]{1,64}");

    private final Door door;
    private final Optional<String> requestId;
    private final Optional<String> address;
    private final AtomicBoolean told = new AtomicBoolean();

    private Origin(Door door, Optional<String> requestId, Optional<String> address) {
        this.door = door;
        this.requestId = requestId;
        this.address = address;
    }

    /** That of this request, always the same. */
    public static Origin of(RoutingContext request) {
        Origin known = request.get(KEY);
        if (known != null) {
            return known;
        }
        var origin = new Origin(Door.at(request), Optional.of(RequestId.of(request)), address(request));
        request.put(KEY, origin);
        return origin;
    }

    /** That of what no request asks for. */
    public static Origin within(Door door) {
        return new Origin(door, Optional.empty(), Optional.empty());
    }

    /** That of one of several things which the same request asks for. */
    public Origin ofItem() {
        return new Origin(door, requestId, address);
    }

    /** The peer's, or what a proxy says that {@code quarkus.http.proxy} trusts. */
    private static Optional<String> address(RoutingContext request) {
        return Optional.ofNullable(request.request().remoteAddress())
                .map(SocketAddress::hostAddress)
                .filter(address -> ADDRESS.matcher(address).matches());
    }

    public Door door() {
        return door;
    }

    Optional<String> requestId() {
        return requestId;
    }

    Optional<String> address() {
        return address;
    }

    /** Whether this is the first to tell of the refusal. */
    public boolean isFirstToTell() {
        return told.compareAndSet(false, true);
    }

    /** By which the broker was asked. */
    public enum Door {
        REST,
        BATCH,
        TOKEN_EXCHANGE,
        MANAGED_IDENTITY,
        AZD,
        KEEP_ALIVE;

        /** As the audit log and callers have it. */
        public final String word = name().toLowerCase(Locale.ROOT).replace('_', '-');

        private static final Set<String> BATCHES = Set.of("/tokens", "/tokens/");

        private static Door at(RoutingContext request) {
            return switch (ErrorShape.at(request)) {
                case OAUTH -> TOKEN_EXCHANGE;
                case MANAGED_IDENTITY -> MANAGED_IDENTITY;
                case AZD -> Door.AZD;
                case PROBLEM ->
                    BATCHES.contains(String.valueOf(request.request().path())) ? BATCH : REST;
            };
        }
    }
}
