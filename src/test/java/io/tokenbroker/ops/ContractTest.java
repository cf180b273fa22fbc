package io.tokenbroker.ops;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.tokenbroker.caller.Caller;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.support.Contract;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract against the code. */
class ContractTest {

    private static final Pattern CODE = Pattern.compile("`([a-z_]+)`");

    /** Those of OAuth that no problem has. */
    private static final Set<String> OAUTH =
            Set.of("invalid_client", "invalid_grant", "unauthorized_client", "temporarily_unavailable", "server_error");

    private static final Map<String, Set<String>> SCHEMES =
            Map.of(Caller.USER, Set.of("user"), Caller.CLIENT, Set.of("client_key", "client_basic", "identity_header"));

    @Test
    void itHasEveryOperationOfTheBrokerAndNoOther() {
        assertThat(Contract.operations().stream()
                        .map(operation -> operation.method() + " " + operation.path())
                        .toList())
                .containsExactlyInAnyOrderElementsOf(routes().keySet());
    }

    @Test
    void itSaysWhoMayCallEach() {
        var routes = routes();
        Contract.operations()
                .forEach(operation -> assertThat(schemes(operation))
                        .as(operation.id())
                        .isEqualTo(routes.get(operation.method() + " " + operation.path())));
    }

    @Test
    void itHasEveryCodeThatAnOperationAnswersAndNoOther() {
        var codes = EnumSet.complementOf(EnumSet.of(ProblemType.METHOD_NOT_ALLOWED)).stream()
                .map(ProblemType::code)
                .toList();

        var described = Contract.operations().stream()
                .flatMap(operation -> operation.described().path("responses").properties().stream()
                        .filter(answer -> answer.getKey().compareTo("400") >= 0)
                        .flatMap(answer -> operation.answer(answer.getKey()).stream()))
                .flatMap(answer -> CODE.matcher(answer.path("description").asText())
                        .results()
                        .map(code -> code.group(1)))
                .filter(code -> !OAUTH.contains(code))
                .collect(toCollection(TreeSet::new));

        assertThat(described).containsExactlyInAnyOrderElementsOf(codes);
    }

    /** RFC 9700, 4.12. AnswersAsDescribed lets no test get an answer that is not described. */
    @Test
    void noAnswerIsARedirect() {
        assertThat(Contract.operations())
                .isNotEmpty()
                .allSatisfy(operation -> assertThat(
                                operation.described().path("responses").fieldNames())
                        .toIterable()
                        .isNotEmpty()
                        .noneMatch(status -> status.startsWith("3")));
    }

    /** As JWE's compact form with a key that is agreed on: five parts, of which the second is empty. */
    @Test
    void itsExamplesOfPagesAreSealed() {
        var schemas = Contract.document().path("components").path("schemas");
        for (var page : List.of("Activity", "AccountPage")) {
            assertThat(schemas.at("/" + page + "/properties/next/examples/0").asText())
                    .as(page)
                    .matches("eyJ[\\w-]+\\.\\.[\\w-]+\\.[\\w-]+\\.[\\w-]+");
        }
    }

    @Test
    void itsExamplesAreProblems() {
        Contract.document().path("components").path("examples").properties().forEach(example -> {
            var type = ProblemType.valueOf(example.getKey().toUpperCase(Locale.ROOT));
            var value = example.getValue().path("value");
            assertThat(value.path("code").asText()).isEqualTo(type.code());
            assertThat(value.path("type").asText()).isEqualTo("urn:token-broker:problem:" + type.code());
            assertThat(value.path("status").asInt()).as(type.code()).isEqualTo(type.status());
            assertThat(value.path("title").asText()).isEqualTo(type.title());
        });
    }

    @Test
    void everyProblemItNamesHasItsStatusTitleAndExample() {
        Contract.operations()
                .forEach(operation -> operation
                        .described()
                        .path("responses")
                        .fieldNames()
                        .forEachRemaining(status -> {
                            var answer = operation.answer(status).orElseThrow();
                            var problem = answer.path("content").path("application/problem+json");
                            problem.path("examples").properties().forEach(example -> {
                                var type = ProblemType.valueOf(example.getKey().toUpperCase(Locale.ROOT));
                                assertThat(answer.path("description").asText())
                                        .as(operation.id())
                                        .contains("`%s`: %s.".formatted(type.code(), type.title()));
                                assertThat(String.valueOf(type.status())).isEqualTo(status);
                                assertThat(example.getValue().path("$ref").asText())
                                        .isEqualTo("#/components/examples/" + type.code());
                            });
                        }));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/token", "/accounts/acc_x/oauth2/token"})
    void whatAPolicyRefusesIsDescribedAtTheExchange(String path) {
        var exchange = Contract.operation("POST", path).orElseThrow();

        assertThat(exchange.answer("400").orElseThrow().path("description").asText())
                .contains("`unauthorized_client`: `forbidden`.")
                .containsPattern("`invalid_target`: [^.]*`forbidden`")
                .containsPattern("`invalid_scope`: [^.]*`forbidden`");
        assertThat(exchange.answer("401").orElseThrow().path("description").asText())
                .contains("`invalid_client`: ");
    }

    @Test
    void theRateIsDescribedWhereItIsSent() {
        var described = Contract.operations().stream()
                .filter(operation -> Stream.of("200", "204", "429", "403", "400")
                        .flatMap(status -> operation.answer(status).stream())
                        .allMatch(answer -> answer.path("headers").has("RateLimit")
                                && answer.path("headers").has("RateLimit-Policy")))
                .map(Contract.Operation::id)
                .toList();

        assertThat(described)
                .containsExactlyInAnyOrderElementsOf(Contract.operations().stream()
                        .filter(operation -> !schemes(operation).isEmpty())
                        .map(Contract.Operation::id)
                        .toList())
                .hasSizeGreaterThan(10);
    }

    /** The ways to prove who calls; an empty one, that the form may say it, does not count. */
    private static Set<String> schemes(Contract.Operation operation) {
        var schemes = new TreeSet<String>();
        operation.described().path("security").forEach(way -> way.fieldNames().forEachRemaining(schemes::add));
        return schemes;
    }

    /** Method and path of every resource's operation, with the security schemes of those who may call it. */
    private static Map<String, Set<String>> routes() {
        var routes = new TreeMap<String, Set<String>>();
        for (var resource : new ClassFileImporter().importPath("target/classes")) {
            if (!resource.isInterface() && resource.isAnnotatedWith(Path.class)) {
                resource.getMethods().stream()
                        .filter(method -> method.isMetaAnnotatedWith(HttpMethod.class))
                        .forEach(method -> routes.put(route(resource, method), schemes(method)));
            }
        }
        return routes;
    }

    private static String route(JavaClass resource, JavaMethod method) {
        var verb = method.getAnnotations().stream()
                .filter(annotation -> annotation.getRawType().isAnnotatedWith(HttpMethod.class))
                .map(annotation -> annotation.getRawType().getSimpleName())
                .findFirst()
                .orElseThrow();
        var below = method.isAnnotatedWith(Path.class)
                ? method.getAnnotationOfType(Path.class).value()
                : "";
        return verb + " " + resource.getAnnotationOfType(Path.class).value() + below;
    }

    private static Set<String> schemes(JavaMethod method) {
        var schemes = new TreeSet<String>();
        method.tryGetAnnotationOfType(RolesAllowed.class)
                .ifPresent(allowed -> Arrays.stream(allowed.value())
                        .forEach(role -> schemes.addAll(SCHEMES.getOrDefault(role, Set.of()))));
        return schemes;
    }
}
