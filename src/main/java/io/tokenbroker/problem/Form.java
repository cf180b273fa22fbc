package io.tokenbroker.problem;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A form as OAuth's endpoints take it (RFC 6749 §3.2): no parameter twice, and one without a value was not sent. */
public final class Form {

    private static final String MEDIA_TYPE = "application/x-www-form-urlencoded";

    /** More than fit into a body, so that none is left out. */
    private static final int ALL = 65_536;

    private final Map<String, List<String>> parameters;

    private Form(Map<String, List<String>> parameters) {
        this.parameters = parameters;
    }

    /**
     * The request's body; nothing is an empty form.
     *
     * @throws BrokerException if it is of another media type, or malformed
     */
    public static Form of(RoutingContext request) {
        var body = request.body().buffer();
        if (body == null || body.length() == 0) {
            return new Form(Map.of());
        }
        if (!isForm(request)) {
            throw new BrokerException(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body as %s.".formatted(MEDIA_TYPE));
        }
        try {
            return new Form(new QueryStringDecoder(body.toString(UTF_8), UTF_8, false, ALL, true).parameters());
        } catch (IllegalArgumentException malformed) {
            throw new BrokerException(
                    ProblemType.INVALID_REQUEST, "The form is malformed: a percent sign needs two hex digits.");
        }
    }

    /** Whether the body says that it is a form. */
    public static boolean isForm(RoutingContext request) {
        var type = request.request().getHeader(HttpHeaderNames.CONTENT_TYPE);
        return type != null && type.split(";", 2)[0].strip().equalsIgnoreCase(MEDIA_TYPE);
    }

    /**
     * The parameter's value, if it has one.
     *
     * @throws BrokerException if there are several
     */
    public Optional<String> one(String name) {
        var values = parameters.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw BrokerException.invalidField(name, "must not be sent more than once");
        }
        return all(name).stream().findFirst();
    }

    /** All values of a parameter that may be repeated. */
    public List<String> all(String name) {
        return parameters.getOrDefault(name, List.of()).stream()
                .filter(value -> !value.isEmpty())
                .toList();
    }
}
