package io.tokenbroker.problem;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.tokenbroker.problem.BrokerException.FieldError;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parameters of a form or a query, as OAuth has them (RFC 6749 §3.2): none twice, and one without a value was not sent. */
public final class Parameters {

    private static final String FORM = "application/x-www-form-urlencoded";

    /** More than fit into a request, so that none is left out. */
    private static final int ALL = 65_536;

    /** Of those that are not known. */
    private static final int NAMED_AT_MOST = 10;

    private final Map<String, List<String>> values;

    private Parameters(String encoded, boolean hasPath) {
        values = new QueryStringDecoder(encoded, UTF_8, hasPath, ALL, true).parameters();
    }

    /** Those of the request's query; the server refuses a query that cannot be decoded. */
    public static Parameters ofQuery(RoutingContext request) {
        return new Parameters(request.request().uri(), true);
    }

    /**
     * Those of the request's body; nothing is an empty form.
     *
     * @throws BrokerException if it is of another media type, or malformed
     */
    public static Parameters ofForm(RoutingContext request) {
        var body = request.body().buffer();
        if (body == null || body.length() == 0) {
            return new Parameters("", false);
        }
        if (!hasForm(request)) {
            throw new BrokerException(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body as %s.".formatted(FORM));
        }
        try {
            return new Parameters(body.toString(UTF_8), false);
        } catch (IllegalArgumentException _) {
            throw new BrokerException(
                    ProblemType.INVALID_REQUEST, "The form is malformed: a percent sign needs two hex digits.");
        }
    }

    /** Whether the body says that it is a form. */
    public static boolean hasForm(RoutingContext request) {
        var type = request.request().getHeader(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.split(";", 2)[0].strip().equalsIgnoreCase(FORM);
    }

    /**
     * The parameter's value, if it has one.
     *
     * @throws BrokerException if it was sent more than once
     */
    public Optional<String> one(String name) {
        if (values.getOrDefault(name, List.of()).size() > 1) {
            throw BrokerException.invalidField(name, "must not be sent more than once");
        }
        return all(name).stream().findFirst();
    }

    /**
     * The value of a parameter that has to be there.
     *
     * @throws BrokerException if it is not, which also names those that were sent and look like it
     */
    public String required(String name, String otherwise) {
        return one(name)
                .orElseThrow(() -> BrokerException.invalidFields(Stream.concat(
                                values.keySet().stream()
                                        .filter(sent -> !sent.equals(name))
                                        .filter(sent -> NearestName.of(sent, Set.of(name))
                                                .isPresent())
                                        .map(sent -> FieldError.unknown(sent, Set.of(name))),
                                Stream.of(new FieldError(name, otherwise)))
                        .toList()));
    }

    /** Refuses any other parameter, and one of these that was sent more than once. */
    public void requireKnown(Set<String> known) {
        var unknown = values.keySet().stream()
                .filter(name -> !known.contains(name))
                .limit(NAMED_AT_MOST)
                .map(name -> FieldError.unknown(name, known))
                .toList();
        if (!unknown.isEmpty()) {
            throw BrokerException.invalidFields(unknown);
        }
        known.forEach(this::one);
    }

    /** All values of a parameter that may be repeated. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of()).stream()
                .filter(value -> !value.isEmpty())
                .toList();
    }

    /** Request bodies. */
    public static final class Body {

        private Body() {}

        /** The body, or the refusal of a request that has none. */
        public static <T> T required(@Nullable T body) {
            if (body == null) {
                throw new BrokerException(ProblemType.INVALID_REQUEST, "A JSON body is required.");
            }
            return body;
        }
    }
}
