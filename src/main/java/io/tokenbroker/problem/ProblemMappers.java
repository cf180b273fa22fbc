package io.tokenbroker.problem;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.tokenbroker.problem.BrokerException.FieldError;
import io.tokenbroker.problem.ErrorShape.Problem;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every exception that leaves a resource, in the shape of its door. An unexpected one becomes a bare 500; the log has the rest. */
public class ProblemMappers {

    private static final Logger LOG = Logger.getLogger("io.tokenbroker.problem");

    /** RFC 6750 §3; Basic is the other way for clients. */
    public static final String CHALLENGE = "Bearer realm=\"token-broker\", Basic realm=\"token-broker\"";

    private static final String INVALID_TOKEN_CHALLENGE =
            "Bearer realm=\"token-broker\", error=\"invalid_token\", Basic realm=\"token-broker\"";

    private final AllowedMethods methods;
    private final RefusalListener listener;

    ProblemMappers(AllowedMethods methods, RefusalListener listener) {
        this.methods = methods;
        this.listener = listener;
    }

    /** Hears of each refusal before it leaves. An interface because what tells of callers is built on problems. */
    public interface RefusalListener {

        /** Never blocks. */
        void refused(RoutingContext request, BrokerException refusal);
    }

    @ServerExceptionMapper({
        BrokerException.class,
        UnauthorizedException.class,
        AuthenticationFailedException.class,
        ForbiddenException.class,
        MismatchedInputException.class,
        WebApplicationException.class,
        Throwable.class
    })
    RestResponse<Object> answer(Throwable e, RoutingContext request) {
        var requestId = RequestId.of(request);
        var refused = refusal(e, requestId);
        listener.refused(request, refused);
        var refusal = ErrorShape.at(request).of(refused, requestId);
        var answer = RestResponse.ResponseBuilder.<Object>create(refusal.status())
                .entity(refusal.body())
                .type(refusal.mediaType());
        if (refusal.status() == 401) {
            answer.header(
                    HttpHeaders.WWW_AUTHENTICATE,
                    e instanceof AuthenticationFailedException ? INVALID_TOKEN_CHALLENGE : CHALLENGE);
        }
        if (e instanceof NotAllowedException) {
            answer.header(HttpHeaders.ALLOW, methods.at(request.normalizedPath()));
        }
        refused.retryAfter().ifPresent(after -> answer.header(HttpHeaders.RETRY_AFTER, Math.max(1, after.toSeconds())));
        return answer.build();
    }

    /** The problem that an exception would leave a resource as, for an answer that holds several. */
    public static Problem problem(Throwable failed, String requestId) {
        var e = failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
        return Problem.of(refusal(e instanceof JsonMappingException item ? fieldOf(item) : e, requestId), requestId);
    }

    private static BrokerException refusal(Throwable e, String requestId) {
        var refusal = switch (e) {
            case BrokerException refused -> refused;
            case UnauthorizedException _ ->
                new BrokerException(
                        ProblemType.UNAUTHORIZED,
                        "Send Authorization: Bearer with a FusionAuth access token (users) or a broker key (clients).");
            case AuthenticationFailedException failed when failed.getCause() instanceof BrokerException cause -> cause;
            case AuthenticationFailedException _ ->
                new BrokerException(
                        ProblemType.UNAUTHORIZED,
                        "The credential is not accepted: a user sends a current FusionAuth access token of this application,"
                                + " a client its broker key. Get a new one and try again.");
            case ForbiddenException _ ->
                new BrokerException(
                        ProblemType.FORBIDDEN,
                        "Users link, list and unlink; clients mint, list and read. This kind of caller may not do this.");
            case MismatchedInputException body -> fieldOf(body);
            case WebApplicationException http ->
                http.getCause() instanceof JsonMappingException body
                        ? fieldOf(body)
                        : ofStatus(http.getResponse().getStatus());
            default -> {
                LOG.errorf(e, "Request %s failed unexpectedly", requestId);
                yield ofStatus(500);
            }
        };
        log(refusal, requestId);
        return refusal;
    }

    /** The refusal for a status of HTTP itself; 400 where none fits better. */
    public static BrokerException ofStatus(int status) {
        return switch (status) {
            case 404 -> new BrokerException(ProblemType.NOT_FOUND, "No resource of the broker has this path.");
            case 405 ->
                new BrokerException(ProblemType.METHOD_NOT_ALLOWED, "This path does not answer to this method.");
            case 406 ->
                new BrokerException(ProblemType.NOT_ACCEPTABLE, "The broker answers application/json; accept that.");
            case 413 -> new BrokerException(ProblemType.CONTENT_TOO_LARGE, "A request body may have 64 KiB at most.");
            case 415 -> new BrokerException(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.");
            case 500, 501, 502, 503 ->
                new BrokerException(
                        ProblemType.INTERNAL_ERROR,
                        "A fault of the broker, not of the request. Its operator finds the cause in the log by the request id.");
            default ->
                new BrokerException(
                        ProblemType.INVALID_REQUEST,
                        "The request is malformed. If it has a body, that must be one JSON object, well-formed.");
        };
    }

    private static BrokerException fieldOf(JsonMappingException e) {
        if (e.getCause() instanceof BrokerException rejected) {
            return rejected;
        }
        var field = e.getPath().stream()
                .map(step -> Optional.ofNullable(step.getFieldName()).orElse("[" + step.getIndex() + "]"))
                .collect(Collectors.joining("."));
        if (field.isEmpty()) {
            return new BrokerException(ProblemType.INVALID_REQUEST, "The body must be one JSON object, well-formed.");
        }
        return BrokerException.invalidField(FieldError.printable(field), "is not of the right type");
    }

    /** A 5xx is for the operator, a 4xx for the caller: one line each, no stack. */
    private static void log(BrokerException e, String requestId) {
        var level = e.type().status() >= 500 ? Logger.Level.WARN : Logger.Level.DEBUG;
        LOG.logf(
                level,
                "Request %s refused: %s (%s) %s",
                requestId,
                e.type().code(),
                e.detail(),
                e.upstream().map(List::of).orElse(List.of()));
    }

    /** The API's paths and the methods they answer to, for the {@code Allow} of a 405 (RFC 9110 §15.5.6), which REST leaves out. */
    @ApplicationScoped
    public static class AllowedMethods {

        private final List<Operation> operations = new ArrayList<>();

        AllowedMethods(BeanManager beans) {
            beans.getBeans(Object.class, Any.Literal.INSTANCE).stream()
                    .map(Bean::getBeanClass)
                    .filter(type -> type.isAnnotationPresent(Path.class))
                    .forEach(this::addOperations);
        }

        /** As the field's value; HEAD goes with GET, and OPTIONS with any. */
        String at(String path) {
            var methods = new TreeSet<>(Set.of("OPTIONS"));
            operations.stream()
                    .filter(operation -> path.matches(operation.template().replaceAll("\\{[^}]+}", "[^/]+")))
                    .map(Operation::method)
                    .forEach(methods::add);
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            return String.join(", ", methods);
        }

        /** Each with names in braces for what varies. */
        public Set<String> paths() {
            return operations.stream().map(Operation::template).collect(Collectors.toSet());
        }

        private void addOperations(Class<?> resource) {
            for (var method : resource.getDeclaredMethods()) {
                var below = method.getAnnotation(Path.class);
                var path = resource.getAnnotation(Path.class).value() + (below == null ? "" : below.value());
                for (var annotation : method.getAnnotations()) {
                    var http = annotation.annotationType().getAnnotation(HttpMethod.class);
                    if (http != null) {
                        operations.add(new Operation(path, http.value()));
                    }
                }
            }
        }

        /** @param template the path, with names in braces for what varies */
        private record Operation(String template, String method) {}
    }
}
