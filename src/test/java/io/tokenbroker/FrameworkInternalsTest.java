package io.tokenbroker;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What the broker knows of the insides of its frameworks, which an upgrade may change without a word. Each has a test that
 * fails then, named beside it.
 */
@AnalyzeClasses(packages = "io.tokenbroker", importOptions = ArchitectureTest.ProductionOnly.class)
class FrameworkInternalsTest {

    private static final Pattern INTERNAL =
            Pattern.compile("(io\\.(vertx|quarkus|smallrye|netty)|org\\.jboss)\\..*(impl|internal|runtime)\\..*");

    /** Quarkus' guides tell applications to use these. */
    private static final Pattern DOCUMENTED = Pattern.compile(
            "io\\.quarkus\\.(runtime\\.[A-Za-z]*|runtime\\.annotations\\..*|runtime\\.configuration\\..*"
                    + "|vertx\\.http\\.runtime\\.filters\\.Filters|vertx\\.http\\.runtime\\.security\\.(ChallengeData|HttpAuthenticationMechanism)"
                    + "|security\\.runtime\\.QuarkusSecurityIdentity.*)");

    private static final Map<String, Set<String>> KNOWN = new TreeMap<>(Map.of(
            // ConnectionsTest.aConnectionIsNotIdleWhileItsCallerWaits; Http2EdgesTest, all of it
            "Connections",
                    Set.of(
                            "io.vertx.core.net.impl.ConnectionBase",
                            "io.vertx.core.http.impl.HttpServerRequestInternal",
                            "io.vertx.core.http.impl.HttpServerRequestWrapper"),
            // MetricSeriesTest.whatThePathsOfTheApiAreStaysInTheLabels
            "MetricLabels", Set.of("io.vertx.core.http.impl.HttpServerRequestInternal"),
            // HttpEdgesTest.aBodyThatIsJustSmallEnoughIsRead
            "RequestBodies", Set.of("io.vertx.ext.web.impl.RoutingContextInternal"),
            // StrictEgressTest, ProviderOutageTest
            "OutboundConnections",
                    Set.of(
                            "org.jboss.resteasy.reactive.client.impl.VertxRequestCustomizingClientBuilder",
                            "org.jboss.resteasy.reactive.client.impl.ClientRequestContextImpl",
                            "org.jboss.resteasy.reactive.client.impl.RestClientRequestContext"),
            // TracesTest.noTraceHoldsASecretWhereverACallerPutsIt
            "TraceParent",
                    Set.of(
                            "io.quarkus.opentelemetry.runtime.propagation.TextMapPropagatorCustomizer",
                            "io.quarkus.opentelemetry.runtime.propagation.TextMapPropagatorCustomizer$Context"),
            "Broker", Set.of("io.quarkus.runtime.util.ExceptionUtil")));

    @ArchTest
    static void theInsidesOfFrameworksAreKnownWhereATestSaysSo(JavaClasses broker) {
        var known = new TreeMap<String, Set<String>>();
        for (var type : broker) {
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency ->
                            dependency.getTargetClass().getBaseComponentType().getName())
                    .filter(target -> INTERNAL.matcher(target).matches()
                            && !DOCUMENTED.matcher(target).matches())
                    .forEach(target -> known.computeIfAbsent(outermost(type), own -> new TreeSet<>())
                            .add(target));
        }
        assertThat(known).isEqualTo(KNOWN);
    }

    private static String outermost(JavaClass type) {
        return type.getEnclosingClass().map(FrameworkInternalsTest::outermost).orElse(type.getSimpleName());
    }
}
