package io.tokenbroker;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.tokenbroker.caller.Metered;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.seal.Secret.RevealedSecret;
import io.tokenbroker.settings.SecretsRotated;
import jakarta.annotation.security.RolesAllowed;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the packages promise in their descriptions, held. */
@AnalyzeClasses(packages = "io.tokenbroker", importOptions = ArchitectureTest.ProductionOnly.class)
class ArchitectureTest {

    /** The classes of the jar: neither the tests nor the sandbox, which is test code too. */
    static final class ProductionOnly implements ImportOption {

        @Override
        public boolean includes(Location location) {
            return location.contains("/target/classes/");
        }
    }

    /** Which package may know which others; START, COMPLETE and RESOLVE in a row, MINT on its own. */
    private static final Map<String, List<String>> MAY_KNOW = new TreeMap<>(Map.ofEntries(
            Map.entry("settings", List.of()),
            Map.entry("problem", List.of()),
            Map.entry("upstream", List.of("settings", "time")),
            Map.entry("time", List.of()),
            Map.entry("database", List.of("settings", "upstream")),
            Map.entry("seal", List.of("settings")),
            Map.entry("policy", List.of("database", "problem", "settings", "time")),
            Map.entry("caller", List.of("link", "policy", "problem", "settings", "time", "upstream")),
            Map.entry("fusionauth", List.of("problem", "seal", "settings", "upstream")),
            Map.entry("tenant", List.of("problem", "seal", "settings", "time", "upstream")),
            Map.entry("link", List.of("fusionauth", "problem", "seal", "settings", "time", "upstream")),
            Map.entry("event", List.of("database", "link", "settings", "upstream")),
            Map.entry("grant", List.of("database", "event", "fusionauth", "link", "seal", "settings", "time")),
            Map.entry(
                    "provider",
                    List.of("caller", "fusionauth", "problem", "seal", "settings", "tenant", "time", "upstream")),
            Map.entry("audit", List.of("caller", "link", "problem", "seal", "settings", "time")),
            Map.entry(
                    "activity",
                    List.of(
                            "account",
                            "audit",
                            "caller",
                            "database",
                            "fusionauth",
                            "link",
                            "problem",
                            "refresh",
                            "seal",
                            "time")),
            Map.entry(
                    "account",
                    List.of(
                            "audit",
                            "caller",
                            "database",
                            "fusionauth",
                            "grant",
                            "link",
                            "policy",
                            "problem",
                            "provider",
                            "seal",
                            "settings")),
            Map.entry(
                    "start", List.of("account", "caller", "link", "problem", "provider", "seal", "settings", "tenant")),
            Map.entry(
                    "complete",
                    List.of(
                            "account",
                            "audit",
                            "caller",
                            "fusionauth",
                            "link",
                            "problem",
                            "provider",
                            "seal",
                            "settings",
                            "start",
                            "time")),
            Map.entry(
                    "resolve",
                    List.of(
                            "account",
                            "audit",
                            "caller",
                            "complete",
                            "fusionauth",
                            "link",
                            "problem",
                            "seal",
                            "settings")),
            Map.entry(
                    "refresh",
                    List.of(
                            "account",
                            "database",
                            "event",
                            "fusionauth",
                            "grant",
                            "link",
                            "problem",
                            "provider",
                            "seal",
                            "settings",
                            "tenant",
                            "time")),
            Map.entry(
                    "mint",
                    List.of(
                            "account",
                            "activity",
                            "audit",
                            "caller",
                            "fusionauth",
                            "link",
                            "policy",
                            "problem",
                            "provider",
                            "refresh",
                            "seal",
                            "tenant",
                            "time",
                            "upstream")),
            Map.entry(
                    "door",
                    List.of(
                            "account",
                            "audit",
                            "caller",
                            "link",
                            "mint",
                            "policy",
                            "problem",
                            "provider",
                            "refresh",
                            "seal",
                            "settings",
                            "tenant")),
            Map.entry(
                    "keepalive",
                    List.of(
                            "audit",
                            "database",
                            "event",
                            "fusionauth",
                            "grant",
                            "link",
                            "problem",
                            "provider",
                            "refresh",
                            "seal",
                            "settings",
                            "time")),
            Map.entry("doctor", List.of("database", "grant", "link", "seal", "settings", "tenant", "time", "upstream")),
            Map.entry("webhook", List.of("caller", "database", "grant", "http", "link", "problem", "settings", "time")),
            Map.entry("http", List.of("problem")),
            Map.entry(
                    "ops",
                    List.of(
                            "caller",
                            "database",
                            "doctor",
                            "event",
                            "fusionauth",
                            "grant",
                            "keepalive",
                            "link",
                            "policy",
                            "problem",
                            "provider",
                            "refresh",
                            "seal",
                            "settings",
                            "tenant",
                            "time",
                            "upstream"))));

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().matching("io.tokenbroker.(*)..").should().beFreeOfCycles();

    /** A nested class counts as its file. */
    @ArchTest
    static final ArchRule filesAreFreeOfCycles = slices().assignedFrom(new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    return feature(type).isEmpty()
                            ? SliceIdentifier.ignore()
                            : SliceIdentifier.of(outermost(type).getName());
                }

                @Override
                public String getDescription() {
                    return "files";
                }
            })
            .should()
            .beFreeOfCycles();

    @ArchTest
    static final ArchRule theVendorsTypesStayBehindTheirFacade = noClasses()
            .that()
            .resideOutsideOfPackage("io.tokenbroker.fusionauth")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.fusionauth..", "com.inversoft..");

    @ArchTest
    static final ArchRule httpIsSpokenAtTheEdgesOnly = noClasses()
            .that(DescribedPredicate.not(resideInAnyPackage(
                    "io.tokenbroker.problem",
                    "io.tokenbroker.upstream",
                    "io.tokenbroker.tenant",
                    "io.tokenbroker.event",
                    "io.tokenbroker.http")))
            .and(describe(
                    "are no resource", type -> !outermost(type).getSimpleName().endsWith("Resource")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.ws.rs..");

    @ArchTest
    static final ArchRule resourcesAreKnownToNobody = noClasses()
            .that(describe("are no resource of their own", type -> !isResource(type)))
            .should()
            .dependOnClassesThat(
                    describe("are resources", type -> type.getSimpleName().endsWith("Resource")));

    /** What takes the rate of a mint. */
    private static final Set<String> DOORS = Set.of("Mints", "TokenExchange");

    @ArchTest
    static final ArchRule everyCallOfACallerIsCounted = classes()
            .that()
            .resideInAPackage("io.tokenbroker..")
            .and(describe(
                    "answer callers",
                    type -> type.getMethods().stream().anyMatch(method -> method.isAnnotatedWith(RolesAllowed.class))))
            .should(be(describe(
                    "metered, or minting",
                    type -> type.isAnnotatedWith(Metered.class)
                            || outermost(type).getDirectDependenciesFromSelf().stream()
                                    .anyMatch(known -> DOORS.contains(
                                            known.getTargetClass().getSimpleName())))));

    @ArchTest
    static final ArchRule timeIsGiven = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.tokenbroker.time.Time")
            .should()
            .callMethodWhere(describe("asks the system for the time", ArchitectureTest::asksForTheTime));

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields = fields().should()
            .notBeAnnotatedWith("jakarta.inject.Inject")
            .andShould()
            .notBeAnnotatedWith("org.eclipse.microprofile.config.inject.ConfigProperty");

    @ArchTest
    static final ArchRule secretsAreRevealedToTheWireOnly = classes()
            .that(describe("reveal a secret", ArchitectureTest::reveals))
            .should(be(resideInAnyPackage("io.tokenbroker.fusionauth", "io.tokenbroker.tenant")
                    .or(name("io.tokenbroker.seal.Secret"))
                    .or(name("io.tokenbroker.seal.Secret$RevealedSecret"))
                    .or(name("io.tokenbroker.seal.ColumnSealer"))
                    .or(name("io.tokenbroker.grant.GrantSeal"))
                    .or(name("io.tokenbroker.start.StartService"))
                    .or(name("io.tokenbroker.start.AuthorizationRequest$CodeVerifier"))
                    .or(name("io.tokenbroker.complete.CompleteService"))
                    .or(name("io.tokenbroker.complete.PendingLinks"))
                    .or(name("io.tokenbroker.refresh.IdentityCheck"))
                    .or(name("io.tokenbroker.refresh.AccessToken$Beginning"))
                    .or(name("io.tokenbroker.door.TokenExchangeResource$TokenExchange$ExchangeAnswer"))
                    .or(name("io.tokenbroker.door.ManagedIdentityResource$TokenResponse"))
                    .or(name("io.tokenbroker.door.AzdResource$AzdToken"))
                    .as("where a secret goes over the wire or is sealed")));

    /** Or the one that makes it does; at the start and in a doctor's visit nothing is kept. */
    @ArchTest
    static final ArchRule whatKeepsASecretOfAFileHearsOfAnother = classes()
            .that(describe("read a setting that may be in a file", ArchitectureTest::readsWhatMayBeInAFile))
            .and()
            .resideOutsideOfPackages("io.tokenbroker.settings", "io.tokenbroker.ops", "io.tokenbroker.doctor")
            .and()
            // What it gives to the driver, StoreCredentials replaces at each connection.
            .doNotHaveFullyQualifiedName("io.tokenbroker.database.Engine")
            .should(be(describe(
                    "told of SecretsRotated",
                    type -> hearsOfSecrets(type)
                            || type.getDirectDependenciesToSelf().stream()
                                    .anyMatch(maker -> hearsOfSecrets(maker.getOriginClass())))));

    @ArchTest
    static final ArchRule namesSayWhatAThingIs = noClasses()
            .should()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveNameMatching(".*(Util|Utils|Manager|Helper|DTO|Dto)$");

    @ArchTest
    static final ArchRule theSandboxIsNoPartOfIt =
            noClasses().should().dependOnClassesThat(resideInAPackage("io.tokenbroker.sandbox.."));

    @ArchTest
    static void packagesKnowWhatTheyMay(JavaClasses broker) {
        var known = new TreeMap<String, Set<String>>();
        for (var type : broker) {
            type.getDirectDependenciesFromSelf().stream()
                    .map(dependency -> feature(dependency.getTargetClass().getBaseComponentType()))
                    .filter(target -> !target.isEmpty() && !target.equals(feature(type)))
                    .forEach(target -> known.computeIfAbsent(feature(type), own -> new TreeSet<>())
                            .add(target));
        }
        assertThat(known.keySet()).isSubsetOf(MAY_KNOW.keySet());
        known.forEach((own, targets) ->
                assertThat(targets).as("what %s knows", own).isSubsetOf(MAY_KNOW.getOrDefault(own, List.of())));
    }

    private static boolean asksForTheTime(JavaAccess<?> call) {
        var owner = call.getTargetOwner().getFullName();
        var method = call.getTarget().getName();
        var given = call.getTarget().getFullName().contains("java.time.Clock)");
        return (owner.startsWith("java.time.") && method.equals("now") && !given)
                || (owner.equals(Clock.class.getName()) && method.startsWith("system"))
                || (owner.equals(System.class.getName())
                        && Set.of("currentTimeMillis", "nanoTime").contains(method));
    }

    private static final Set<String> GIVING_AWAY = Set.of("reveal", "json");

    private static boolean reveals(JavaClass type) {
        return type.getDirectDependenciesFromSelf().stream()
                        .anyMatch(dependency -> dependency.getTargetClass().isEquivalentTo(RevealedSecret.class))
                || type.getMethodCallsFromSelf().stream()
                        .anyMatch(call -> call.getTargetOwner().isEquivalentTo(Secret.class)
                                && GIVING_AWAY.contains(call.getTarget().getName()))
                || type.getMethodReferencesFromSelf().stream()
                        .anyMatch(reference -> reference.getTargetOwner().isEquivalentTo(Secret.class)
                                && GIVING_AWAY.contains(reference.getTarget().getName()));
    }

    private static boolean readsWhatMayBeInAFile(JavaClass type) {
        return Stream.concat(type.getMethodCallsFromSelf().stream(), type.getMethodReferencesFromSelf().stream())
                .anyMatch(read -> read.getTargetOwner().getMethods().stream()
                        .anyMatch(method -> feature(method.getOwner()).equals("settings")
                                && method.getName().equals(read.getTarget().getName() + "File")));
    }

    private static boolean hearsOfSecrets(JavaClass type) {
        return outermost(type).getMethods().stream()
                .anyMatch(method -> method.getRawParameterTypes().stream()
                        .anyMatch(parameter -> parameter.isEquivalentTo(SecretsRotated.class)));
    }

    private static boolean isResource(JavaClass type) {
        return outermost(type).getSimpleName().endsWith("Resource");
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    /** The package below {@code io.tokenbroker}, or nothing where a type is none of ours. */
    private static String feature(JavaClass type) {
        var parts = type.getPackageName().split("\\.", -1);
        return type.getPackageName().startsWith("io.tokenbroker.") ? parts[2] : "";
    }
}
