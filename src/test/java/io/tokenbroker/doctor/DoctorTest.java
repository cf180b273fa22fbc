package io.tokenbroker.doctor;

import static io.tokenbroker.doctor.Check.*;
import static io.tokenbroker.doctor.Finding.Result.ASK;
import static io.tokenbroker.doctor.Finding.Result.FAULT;
import static io.tokenbroker.doctor.Finding.Result.OK;
import static io.tokenbroker.doctor.Finding.Result.WARNING;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tokenbroker.database.MadeStore;
import io.tokenbroker.doctor.DoctorCommand.Report;
import io.tokenbroker.doctor.Finding.Result;
import io.tokenbroker.grant.GrantSeal;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.ops.Patients;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.entra.EntraFault;
import io.tokenbroker.sandbox.fusionauth.ApiKey;
import io.tokenbroker.sandbox.fusionauth.FusionAuthFault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.IdentityProvider;
import io.tokenbroker.sandbox.fusionauth.LinkingStrategy;
import io.tokenbroker.sandbox.fusionauth.Webhooks;
import io.tokenbroker.sandbox.wire.HttpStandIn;
import io.tokenbroker.sandbox.wire.IssuedSecrets;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.sandbox.wire.Request;
import io.tokenbroker.seal.ColumnSealer;
import io.tokenbroker.seal.SealingKeys;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.support.Postgres;
import io.tokenbroker.support.Settings;
import io.tokenbroker.upstream.EgressPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each finding of the doctor, provoked and seen; and that nothing is changed, and no secret told. */
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(60)
class DoctorTest {

    private static final Set<String> SAYS_NO_FINDING =
            Set.of("Check.java", "DoctorCommand.java", "Finding.java", "package-info.java");
    private static final Pattern RESULT = Pattern.compile("\\b(ok|warning|fault|ask)\\(\\s*Check\\.(\\w+)");
    private static final Pattern LITERAL = Pattern.compile("\"([^\"\\n]*)\"");
    private static final Pattern WORDS = Pattern.compile("[^ ] [^ ]");
    private static final Set<String> NO_FINDING =
            Set.of("token-broker doctor", "SELECT root, refresh_token FROM grants WHERE account_id = ?");

    private static final String OTHER_KEY = IssuedSecrets.record("ZG9jdG9yLXRlc3QtYW5vdGhlci1rZXktMzItYnl0ZXM=");

    @AutoClose
    private final Sandbox sandbox = Sandbox.start(0, 0);

    /** Redirects, or is down. */
    @AutoClose
    private final HttpStandIn other = new HttpStandIn(0) {
        @Override
        protected Reply answer(Request request) {
            return request.path().startsWith("/redirects")
                    ? Reply.redirect("https://elsewhere.example.com/")
                    : Reply.empty(503);
        }
    };

    /** All that was seen: the last tests hold that nothing is left. */
    private final Map<Check, Set<Result>> seen = new HashMap<>();

    private final Set<String> said = new HashSet<>();

    private final Map<String, String> settings = new HashMap<>();
    private Clock clock = Clock.systemUTC();

    @BeforeAll
    void start() {
        other.start();
    }

    @BeforeEach
    void healthy(@TempDir Path folder) {
        sandbox.reset();
        sandbox.fusionAuth().issuer(sandbox.fusionAuth().url().toString());
        sandbox.fusionAuth().applicationInheritsKeys(false);
        settings.clear();
        settings.putAll(sandbox.settings());
        settings.put("broker.store.url", "jdbc:sqlite:" + folder.resolve("store.db"));
        MadeStore.of(read().store());
        clock = Clock.systemUTC();
    }

    @AfterEach
    void forgetProviders() {
        sandbox.fusionAuth().providers().stream()
                .map(IdentityProvider::id)
                .forEach(sandbox.fusionAuth()::removeProvider);
    }

    @Test
    void ofTheSandboxAllIsWellButTheProviderThatNoBrokerCanUse() {
        assertThat(findings()).filteredOn(finding -> finding.result() == FAULT).isEmpty();
        assertThat(findings())
                .filteredOn(finding -> finding.result() == WARNING)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.check()).isEqualTo(PROVIDER_USE);
                    assertThat(finding.subject()).isEqualTo("Everyone");
                });
    }

    @Test
    void nothingIsChanged() throws SQLException {
        row(read());
        var links = sandbox.fusionAuth().links();
        var rows = rows();

        findings();

        assertThat(sandbox.fusionAuth().links()).isEqualTo(links);
        assertThat(rows()).isEqualTo(rows);
        assertThat(sandbox.fusionAuth().counts().keySet())
                .filteredOn(call -> !call.startsWith("GET "))
                .containsExactlyInAnyOrder(
                        "POST /api/identity-provider/link",
                        "DELETE /api/identity-provider/link",
                        "POST /api/user/search");
    }

    @Test
    void aStoreThatIsNotThereIsNotMade(@TempDir Path folder) {
        var file = folder.resolve("deeper").resolve("none.db");
        settings.put("broker.store.url", "jdbc:sqlite:" + file);

        assertFound(STORE, WARNING, "is not there yet");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aStoreWithoutTablesGetsNone(@TempDir Path folder) throws SQLException {
        var url = "jdbc:sqlite:" + folder.resolve("empty.db");
        execute(url, "CREATE TABLE another (id BIGINT)");
        settings.put("broker.store.url", url);

        assertFound(STORE_SCHEMA, WARNING, "has no tables yet");
        assertThat(strings(url, "SELECT name FROM sqlite_master")).containsExactly("another");
        assertThat(strings(url, "PRAGMA journal_mode")).containsExactly("delete");
    }

    @Test
    void settingsThatStopAStartAreFindingsAndWhatDependsOnThemIsLeftOut() {
        settings.put("broker.fusionauth.url", "auth.example.com");
        settings.put("broker.store.url", "somewhere");
        settings.remove("broker.sealing-keys");

        var findings = findings();

        assertThat(findings)
                .filteredOn(finding -> finding.check() == SETTINGS)
                .allMatch(finding -> finding.result() == FAULT)
                .extracting(Finding::found)
                .anyMatch(found -> found.startsWith("broker.fusionauth.url must be"))
                .anyMatch(found -> found.startsWith("broker.store.url must begin"))
                .anyMatch(found -> found.startsWith("broker.sealing-keys is missing"));
        assertThat(findings)
                .extracting(Finding::check)
                .doesNotContain(FUSIONAUTH, STORE)
                .contains(CLIENTS, ASK_PKCE);
        assertThat(sandbox.fusionAuth().counts()).isEmpty();
    }

    @Test
    void aProxyThatIsNoneIsAFinding() {
        settings.put("https_proxy", "socks5://proxy.example");

        assertFound(SETTINGS, FAULT, "HTTPS_PROXY must be");
    }

    @ParameterizedTest
    @CsvSource({
        "http://app.example.com/callback,             WARNING, is not https",
        "https://auth.example.com/oauth2/callback,    FAULT,   looks like FusionAuth's own",
        "https://app.example.com/callback,            OK,      can be one"
    })
    void redirectUrisAreLookedAt(String uri, Result result, String found) {
        settings.put("broker.authorization.redirect-uris", uri);

        assertFound(REDIRECT_URIS, result, found);
    }

    @Test
    void pkceThatIsOffIsAWarning() {
        settings.put("broker.authorization.pkce", "false");

        assertFound(PKCE, WARNING, "off");
    }

    @Test
    void aClientThatMayDoNothingIsAWarningAndOneThatMayOnlyReadIsNone() {
        settings.put("broker.clients.operator.resources", "*");
        assertFound(CLIENTS, OK, "may mint and list");

        settings.remove("broker.clients.operator.resources");
        assertFound(CLIENTS, OK, "may list, and mint nothing");

        settings.remove("broker.clients.demo.resources");
        assertThat(assertFound(CLIENTS, OK, "may read accounts, and mint nothing"))
                .filteredOn(finding -> finding.check() == CLIENTS)
                .allMatch(finding -> finding.result() == OK);

        settings.put("broker.clients.demo.subject-token-required", "true");
        assertFound(CLIENTS, WARNING, "may do nothing, for it has no resources");

        settings.remove("broker.clients.demo.providers");
        settings.remove("broker.clients.operator.providers");
        assertThat(assertFound(CLIENTS, WARNING, "may do nothing, for it has no providers"))
                .filteredOn(finding -> finding.check() == CLIENTS && finding.result() == WARNING)
                .extracting(Finding::subject)
                .contains("demo", "operator");

        settings.keySet().removeIf(key -> key.startsWith("broker.clients."));
        assertFound(CLIENTS, WARNING, "there is none");
    }

    @Test
    void aClientOfAProviderThatIsNotThereIsAWarning() {
        settings.put("broker.clients.demo.providers", "00000000-0000-4000-8000-000000000000");

        assertFound(CLIENTS, WARNING, "which is not there");
    }

    @Test
    void theAuditFileIsNotMade(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("a-file"), "");
        for (var writable : List.of(file, folder.resolve("none/audit.jsonl"))) {
            settings.put("broker.audit.file", writable.toString());
            assertFound(AUDIT_FILE, OK, writable.equals(file) ? "can be written to" : "the broker can make it");
        }
        for (var none : List.of(folder, file.resolve("audit.jsonl"))) {
            settings.put("broker.audit.file", none.toString());
            assertFound(AUDIT_FILE, FAULT, none.equals(folder) ? "is no file that" : "the broker cannot make it");
        }
        assertThat(folder).isDirectoryContaining(file::equals).isNotEmptyDirectory();
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "broker.fusionauth.url,      http://192.0.2.1,                           the API key travel without TLS",
        "broker.fusionauth.jwks-url, http://192.0.2.1/keys,                      travel without TLS",
        "broker.store.url,           jdbc:postgresql://192.0.2.1/b?loginTimeout=1, add sslmode=verify-full"
    })
    void whatTravelsWithoutTlsIsAWarning(String key, String value, String found) {
        settings.put(key, value);

        assertThat(new SettingsChecks(Patients.of(settings)).findings())
                .filteredOn(finding -> finding.check() == ENCRYPTION)
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.result()).isEqualTo(WARNING);
                    assertThat(finding.subject()).isEqualTo(key);
                    assertThat(finding.found()).contains(found);
                    note(List.of(finding));
                });
    }

    @Test
    void receiversOfEventsAreWhereSecretsMayGo() {
        settings.put("broker.events.ops.secret", "whsec_" + OTHER_KEY);
        settings.put("broker.events.ops.url", "https://169.254.169.254/events");
        assertFound(RECEIVERS, FAULT, "its URL leads to a link-local");

        settings.put("broker.events.ops.url", "https://localhost/events");
        assertFound(RECEIVERS, OK, "events may be sent there");
    }

    @Test
    void theKeyOfWebhooksMustBePublished() {
        settings.put("broker.fusionauth.webhook-key-id", Webhooks.KEY_ID);
        assertFound(WEBHOOK_KEY, OK, "published");

        settings.put("broker.fusionauth.webhook-key-id", "another");
        assertFound(WEBHOOK_KEY, FAULT, "no key another is published");
    }

    @Test
    void aFusionAuthThatIsAwayIsOneFault() {
        settings.put("broker.fusionauth.url", "http://localhost:1");

        assertFound(FUSIONAUTH, FAULT, "takes no connection");
        assertThat(findings()).extracting(Finding::check).doesNotContain(TENANT, KEY_LINK_GET, PROVIDERS);

        settings.put("broker.fusionauth.url", "http://fusionauth.invalid");
        assertFound(FUSIONAUTH, FAULT, "has a name that does not resolve");

        settings.put("broker.fusionauth.url", other.url() + "/redirects");
        assertFound(FUSIONAUTH, FAULT, "redirects (302)");
    }

    @ParameterizedTest
    @CsvSource({"PROXY_200, as no FusionAuth", "ERROR_500, as no FusionAuth", "DROP, breaks the answer off"})
    void aFusionAuthThatAnswersWrongIsAFault(FusionAuthFault.Kind kind, String found) {
        sandbox.fusionAuth().fault(FusionAuthFault.of(kind).on("*", "/api/status"));

        assertFound(FUSIONAUTH, FAULT, found);
    }

    @Test
    @Timeout(30)
    void whateverHangsItEndsInTime() {
        sandbox.fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.STALL).on("GET", "/api/identity-provider*"));
        sandbox.fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.STALL).on("*", "/api/user*"));
        sandbox.fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.STALL).on("*", "/.well-known*"));

        assertFound(KEY_USER_GET, FAULT, "does not answer in 5 seconds");
    }

    @Test
    void whatIsFoundBeforeTheTimeIsOverIsSaid() {
        sandbox.fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.HANG).on("GET", "/.well-known/openid-configuration*"));
        sandbox.fusionAuth()
                .addProvider(contoso()
                        .withEndpoints(
                                sandbox.entra().url() + "/authorize",
                                sandbox.fusionAuth().url() + "/hangs",
                                ""));
        sandbox.fusionAuth().fault(FusionAuthFault.of(FusionAuthFault.Kind.HANG).on("POST", "/hangs"));

        var findings = note(new Doctor(Patients.of(settings), clock, Duration.ofSeconds(3)).findings());

        assertThat(findings)
                .filteredOn(finding -> finding.check() == UNFINISHED)
                .allMatch(finding -> finding.found().equals("not done after 3 seconds"))
                .extracting(Finding::subject)
                .containsExactly("FusionAuth", "providers");
        assertThat(findings)
                .extracting(Finding::check)
                .contains(SETTINGS, FUSIONAUTH, SIGNING_KEYS, KEY_LINK_GET, CLOCK, APPLICATION, STORE_WRITE)
                .doesNotContain(TENANT, PROVIDERS);
        assertThat(findings)
                .filteredOn(finding -> finding.check() == PROVIDER_CLIENT)
                .extracting(Finding::subject)
                .containsExactly("Adatum", "Fabrikam");
        sandbox.fusionAuth().clearFaults();
    }

    @Test
    void anExaminationThatBreaksOffSaysNothingOfWhatItRead() {
        clock = new Clock() {
            @Override
            public Instant instant() {
                throw new IllegalStateException("a message with " + FusionAuthStandIn.BROKER_API_KEY);
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };

        assertFound(UNFINISHED, FAULT, "broken off by java.lang.IllegalStateException at [io.tokenbroker.doctor.");
    }

    @Test
    void aNameThatDoesNotResolveInTimeIsSaid() {
        var patient = Patients.of(settings);
        var never = new CountDownLatch(1);
        var slow = new EgressPolicy(patient.settings(), patient.proxy().get()) {
            @Override
            public Optional<String> objection(URI url) {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return Optional.empty();
            }
        };
        var http = new ProbeHttp(patient.proxy().get(), slow, new Skews(clock, finding -> {}));

        var objection = http.objection(URI.create("https://idp.example.com"));

        assertThat(objection).contains("has a name that is not resolved in 5 seconds");
        objection.ifPresent(said::add);
        never.countDown();
    }

    @Test
    void theVersionIsToldByAKeyThatMayReadIt() {
        assertFound(VERSION, ASK, "the key may not read it");

        settings.put("broker.fusionauth.api-key", FusionAuthStandIn.ADMIN_API_KEY);
        assertFound(VERSION, OK, "1.69.0");

        sandbox.fusionAuth().version("1.47.1");
        assertFound(VERSION, FAULT, "1.47.1");
    }

    @Test
    void aKeyThatMayMoreThanItNeedsIsAWarning() {
        settings.put("broker.fusionauth.api-key", FusionAuthStandIn.ADMIN_API_KEY);

        assertFound(API_KEY, WARNING, "may read applications");
        assertFound(KEY_USER_SEARCH, WARNING, "allowed, which only keep-alive");
    }

    @Test
    void aTenantThatIsNotThereIsAFault() {
        settings.put("broker.fusionauth.tenant-id", "00000000-0000-4000-8000-000000000000");

        assertFound(TENANT, FAULT, "there is no tenant");
    }

    @Test
    void anApplicationThatIsNotThereIsAFaultWhereTheKeyMaySeeAndElseAWarning() {
        settings.put("broker.fusionauth.application-id", "00000000-0000-4000-8000-000000000000");
        assertFound(APPLICATION, WARNING, "no provider has settings for application");

        settings.put("broker.fusionauth.api-key", FusionAuthStandIn.ADMIN_API_KEY);
        assertFound(APPLICATION, FAULT, "there is no application");

        sandbox.fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.PROXY_404).on("GET", "/api/application*"));
        assertFound(APPLICATION, WARNING, "something between answers");
    }

    @Test
    void anotherIssuerIsAFault() {
        sandbox.fusionAuth().issuer("acme.com");
        assertFound(ISSUER, FAULT, "tokens say 'acme.com'");

        sandbox.fusionAuth()
                .fault(FusionAuthFault.of(FusionAuthFault.Kind.ERROR_500).on("*", "/.well-known/openid*"));
        assertFound(ISSUER, WARNING, "cannot be read (500)");
    }

    @Test
    void signingByHmacAloneIsAFaultAndSoAreKeysThatCannotBeRead() {
        sandbox.fusionAuth().hmacOnly(true);
        assertFound(SIGNING_KEYS, FAULT, "there is no asymmetric key");

        sandbox.fusionAuth().jwksOutage(true);
        assertFound(SIGNING_KEYS, FAULT, "answers 503");

        settings.put("broker.fusionauth.jwks-url", "http://localhost:1/keys");
        assertFound(SIGNING_KEYS, FAULT, "takes no connection");
    }

    /** FusionAuth's documents: the key of an application that has the tenant's JWT configuration may not be available. */
    @Test
    void anApplicationThatTellsNoKeyMaySignByThatOfItsTenantOrByHmac() {
        assertFound(SIGNING_KEYS, OK, "and the application has one");

        sandbox.fusionAuth().applicationInheritsKeys(true);
        assertThat(assertFound(SIGNING_KEYS, ASK, "the application has none of its own"))
                .noneMatch(finding -> finding.result() == FAULT);

        sandbox.fusionAuth().applicationInheritsKeys(false);
        sandbox.fusionAuth().applicationByHmac(true);
        assertFound(SIGNING_KEYS, ASK, "or by HMAC");
    }

    @ParameterizedTest
    @CsvSource({
        "LIE_200,   ASK,     the application has none of its own",
        "PROXY_404, WARNING, cannot be told: FusionAuth answers 404",
        "ERROR_500, WARNING, cannot be told: FusionAuth answers 500",
        "DROP,      WARNING, cannot be told: FusionAuth breaks the answer off"
    })
    void theApplicationsKeyIsToldByFusionAuthAlone(FusionAuthFault.Kind kind, Result result, String found) {
        sandbox.fusionAuth().fault(FusionAuthFault.of(kind).on("GET", "/api/jwt/public-key"));

        assertFound(SIGNING_KEYS, result, found);
    }

    @Test
    void aKeyThatFusionAuthDoesNotKnowIsOneFault() {
        settings.put("broker.fusionauth.api-key", "none-of-fusionauths");

        assertFound(API_KEY, FAULT, "refuses it for everything");
        assertThat(findings()).extracting(Finding::check).doesNotContain(KEY_LINK_GET, KEY_USER_GET);
    }

    @ParameterizedTest
    @EnumSource(names = {"PROXY_401", "GATEWAY_401", "PROXY_403"})
    void whatAProxyRefusesSaysNothingOfTheKey(FusionAuthFault.Kind kind) {
        sandbox.fusionAuth().fault(FusionAuthFault.of(kind).on("*", "/api/identity-provider*"));
        sandbox.fusionAuth().fault(FusionAuthFault.of(kind).on("*", "/api/user*"));

        var findings = assertFound(KEY_LINK_GET, FAULT, "something between the broker and FusionAuth answers");

        assertThat(findings).extracting(Finding::check).doesNotContain(API_KEY);
    }

    @ParameterizedTest
    @CsvSource({
        "KEY_LINK_GET,     GET,    /api/identity-provider/link",
        "KEY_LINK_POST,    POST,   /api/identity-provider/link",
        "KEY_LINK_DELETE,  DELETE, /api/identity-provider/link",
        "KEY_PENDING_GET,  GET,    /api/identity-provider/link/pending",
        "KEY_USER_GET,     GET,    /api/user",
        "KEY_PROVIDER_GET, GET,    /api/identity-provider"
    })
    void eachRightThatTheKeyLacksIsAFault(Check check, String method, String endpoint) {
        var permissions = new HashMap<>(FusionAuthStandIn.BROKER_PERMISSIONS);
        permissions.computeIfPresent(endpoint, (path, methods) -> {
            var less = new HashSet<>(methods);
            less.remove(method);
            return less;
        });
        var key = IssuedSecrets.fresh("doctor-test-key-");
        sandbox.fusionAuth().addApiKey(new ApiKey(key, null, permissions));
        settings.put("broker.fusionauth.api-key", key);

        var findings = assertFound(check, FAULT, "not allowed");

        assertThat(findings.stream().filter(finding -> finding.check().label().startsWith("key: ")))
                .filteredOn(finding -> finding.check() != check)
                .hasSize(6)
                .allMatch(finding -> finding.result() == OK);
    }

    @Test
    void aRightThatTheSettingsDoWithoutIsAWarning() {
        var key = IssuedSecrets.fresh("doctor-test-key-");
        sandbox.fusionAuth()
                .addApiKey(
                        new ApiKey(key, null, Map.of("/api/identity-provider/link", Set.of("GET", "POST", "DELETE"))));
        settings.put("broker.fusionauth.api-key", key);
        settings.put("broker.accounts.require-active-user", "false");
        givenInFull();

        assertFound(KEY_USER_GET, WARNING, "not needed");
        assertFound(KEY_PROVIDER_GET, WARNING, "not needed");
        assertFound(PROVIDERS, OK, "Given");
    }

    @ParameterizedTest
    @CsvSource({
        "KEY_USER_GET,    GET,  /api/user/*,      PROXY_401, FAULT,   something between",
        "KEY_USER_GET,    GET,  /api/user/*,      PROXY_404, FAULT,   something between",
        "KEY_USER_GET,    GET,  /api/user/*,      ERROR_500, WARNING, cannot be told",
        "KEY_USER_GET,    GET,  /api/user/*,      LIE_200,   OK,      allowed",
        "KEY_USER_GET,    GET,  /api/user/*,      DROP,      FAULT,   breaks the answer off",
        "KEY_USER_SEARCH, POST, /api/user/search, PROXY_200, FAULT,   something between",
        "KEY_USER_SEARCH, POST, /api/user/search, ERROR_500, WARNING, cannot be told",
        "KEY_USER_SEARCH, POST, /api/user/search, LIE_404,   WARNING, 'allowed, which'",
        "KEY_USER_SEARCH, POST, /api/user/search, DROP,      FAULT,   breaks the answer off"
    })
    void anAnswerThatIsNotAboutTheRightIsSaid(
            Check check, String method, String path, FusionAuthFault.Kind kind, Result result, String found) {
        sandbox.fusionAuth().fault(FusionAuthFault.of(kind).on(method, path));

        assertFound(check, result, found);
    }

    @ParameterizedTest
    @CsvSource({"10, WARNING", "-10, WARNING", "60, FAULT", "-60, FAULT", "0, OK"})
    void aClockThatIsAheadOrBehindIsSaidOfEveryServer(int seconds, Result result) {
        clock = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds));

        var findings = findings();

        assertThat(findings)
                .filteredOn(finding -> finding.check() == CLOCK)
                .hasSize(2)
                .allMatch(finding -> finding.result() == result);
        assertThat(findings)
                .filteredOn(finding -> finding.check() == STORE_CLOCK)
                .hasSize(1)
                .allMatch(finding -> finding.result() == result);
    }

    @Test
    void aPasswordInAnAddressIsNotPrinted() {
        var password = IssuedSecrets.fresh("doctor-test-");
        settings.computeIfPresent(
                "broker.fusionauth.url", (key, url) -> url.replace("://", "://someone:" + password + "@"));

        // Noting them looks for secrets.
        assertThat(assertFound(FUSIONAUTH, OK, "answers"))
                .filteredOn(finding -> finding.check() == CLOCK)
                .extracting(Finding::subject)
                .contains(sandbox.fusionAuth().url().toString());
    }

    @Test
    void noProviderIsAFault() {
        sandbox.fusionAuth().providers().stream()
                .map(IdentityProvider::id)
                .forEach(sandbox.fusionAuth()::removeProvider);

        assertFound(PROVIDERS, FAULT, "none can be used");
    }

    /** A provider that is like Contoso but for this change, and what must be found. */
    private record Ill(String name, UnaryOperator<IdentityProvider> change, Check check, Result result, String found) {

        IdentityProvider of(IdentityProvider well) {
            return changed(json -> json.put("name", name))
                    .andThen(change)
                    .apply(well)
                    .withId(UUID.randomUUID());
        }
    }

    private List<Ill> ills(String withoutTls) {
        var entra = sandbox.entra().url();
        var authorize = entra + "/authorize";
        var token = entra + "/token";
        var metadata = "https://169.254.169.254/metadata";
        var ours = FusionAuthStandIn.APPLICATION_ID;
        return List.of(
                new Ill("disabled", it -> it.withEnabled(false), PROVIDER_USE, WARNING, "it is disabled"),
                new Ill(
                        "of another application",
                        it -> it.forApplication(ours, false, false),
                        PROVIDER_USE,
                        WARNING,
                        "is not enabled for the application"),
                new Ill(
                        "of another tenant",
                        it -> it.withTenant(UUID.randomUUID()),
                        PROVIDER_USE,
                        FAULT,
                        "is of another tenant"),
                new Ill(
                        "without links",
                        it -> it.withStrategy(LinkingStrategy.Disabled),
                        PROVIDER_USE,
                        WARNING,
                        "strategy is Disabled"),
                new Ill(
                        "of a kind without links",
                        changed(json -> json.put("linkingStrategy", "Unsupported")),
                        PROVIDER_USE,
                        WARNING,
                        "strategy is Unsupported"),
                new Ill(
                        "at Entra's v1",
                        it -> it.withEndpoints(authorize, entra + "/common/oauth2/token", ""),
                        PROVIDER_USE,
                        WARNING,
                        "its token endpoint is of Entra's v1"),
                new Ill(
                        "links by e-mail",
                        it -> it.withStrategy(LinkingStrategy.LinkByEmail),
                        PROVIDER_STRATEGY,
                        WARNING,
                        "links by e-mail or user name"),
                new Ill(
                        "no refresh token",
                        with("scope", "openid profile"),
                        PROVIDER_SCOPE,
                        WARNING,
                        "lacks offline_access:"),
                new Ill("no openid", with("scope", "offline_access"), PROVIDER_SCOPE, WARNING, "lacks openid:"),
                new Ill(
                        "registers",
                        it -> it.forApplication(ours, true, true),
                        PROVIDER_SIGN_IN,
                        WARNING,
                        "it registers people"),
                new Ill(
                        "of other applications",
                        it -> it.forApplication(UUID.randomUUID(), true, false),
                        PROVIDER_SIGN_IN,
                        WARNING,
                        "it is enabled for 1 other applications"),
                new Ill(
                        "of domains",
                        changed(json -> json.putArray("domains").add("contoso.com")),
                        PROVIDER_SIGN_IN,
                        WARNING,
                        "it has managed domains"),
                new Ill(
                        "without endpoints",
                        it -> it.withEndpoints("", "", ""),
                        PROVIDER_DISCOVERY,
                        FAULT,
                        "neither an issuer nor both endpoints"),
                new Ill("not found", with("issuer", entra + "/nowhere/v2.0"), PROVIDER_DISCOVERY, FAULT, "its issuer"),
                new Ill(
                        "away",
                        with("issuer", "http://localhost:1"),
                        PROVIDER_DISCOVERY,
                        FAULT,
                        "its issuer takes no connection"),
                new Ill(
                        "without TLS",
                        with("issuer", withoutTls),
                        PROVIDER_DISCOVERY,
                        FAULT,
                        "its issuer shows no certificate"),
                new Ill("issuer inside", with("issuer", metadata), PROVIDER_DISCOVERY, FAULT, "metadata address"),
                new Ill(
                        "issuer of v1",
                        with("issuer", "https://login.microsoftonline.com/contoso.com"),
                        PROVIDER_DISCOVERY,
                        FAULT,
                        "its issuer is that of Entra's v1 endpoints"),
                new Ill(
                        "issuer that redirects",
                        with("issuer", other.url() + "/redirects"),
                        PROVIDER_DISCOVERY,
                        FAULT,
                        "is behind a redirect (302) to https://elsewhere.example.com/"),
                new Ill(
                        "another issuer",
                        with("issuer", sandbox.fusionAuth().url().toString().replace("localhost", "127.0.0.1")),
                        PROVIDER_DISCOVERY,
                        FAULT,
                        "is that of another issuer (http://localhost"),
                new Ill(
                        "authorization away",
                        it -> it.withEndpoints("http://localhost:1/authorize", token, ""),
                        PROVIDER_ENDPOINTS,
                        FAULT,
                        "its authorization endpoint takes no connection"),
                new Ill(
                        "token away",
                        it -> it.withEndpoints(authorize, "http://localhost:1/token", ""),
                        PROVIDER_ENDPOINTS,
                        FAULT,
                        "its token endpoint takes no connection"),
                new Ill(
                        "authorization down",
                        it -> it.withEndpoints(other.url() + "/authorize", token, ""),
                        PROVIDER_ENDPOINTS,
                        FAULT,
                        "its authorization endpoint answers 503"),
                new Ill(
                        "token down",
                        it -> it.withEndpoints(authorize, other.url() + "/token", ""),
                        PROVIDER_ENDPOINTS,
                        FAULT,
                        "its token endpoint answers 503"),
                new Ill(
                        "authorization inside",
                        it -> it.withEndpoints(metadata, token, ""),
                        PROVIDER_ENDPOINTS,
                        FAULT,
                        "its authorization endpoint leads to"),
                new Ill(
                        "token inside",
                        it -> it.withEndpoints(authorize, metadata, ""),
                        PROVIDER_ENDPOINTS,
                        FAULT,
                        "its token endpoint leads to"),
                new Ill("no id", with("client_id", ""), PROVIDER_CLIENT, FAULT, "is missing"),
                new Ill("no secret", with("client_secret", ""), PROVIDER_CLIENT, FAULT, "is missing"));
    }

    @Test
    void whatProvidersSufferFromIsSaid() throws IOException {
        try (var server = withoutTls()) {
            var ills = ills("https://127.0.0.1:" + server.getLocalPort());
            ills.forEach(ill -> sandbox.fusionAuth().addProvider(ill.of(contoso())));

            var findings = findings();

            assertThat(ills)
                    .allSatisfy(ill -> assertThat(findings)
                            .filteredOn(finding -> finding.subject().equals(ill.name()))
                            .filteredOn(finding -> finding.check() == ill.check() && finding.result() == ill.result())
                            .extracting(Finding::found)
                            .singleElement()
                            .asString()
                            .contains(ill.found()));
        }
    }

    private static ServerSocket withoutTls() throws IOException {
        var server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                try (var connection = server.accept()) {
                    connection.getOutputStream().write("I speak no TLS".getBytes(US_ASCII));
                } catch (IOException closed) {
                    // The loop ends.
                }
            }
        });
        return server;
    }

    /** No FusionAuth of today has such. */
    @Test
    void aMethodThatTheBrokerDoesNotKnowIsAFault() {
        var patient = Patients.of(settings);
        var provider = FoundProvider.in(
                contoso().withAuthentication("private_key_jwt").json(), Sandbox.CONTOSO, patient.settings());
        var egress = new EgressPolicy(patient.settings(), patient.proxy().get());
        var http = new ProbeHttp(patient.proxy().get(), egress, new Skews(clock, finding -> {}));

        assertThat(new ProviderChecks(provider, patient.settings().fusionauth(), http).findings())
                .contains(Finding.fault(
                        PROVIDER_CLIENT, "Contoso", "its client id, its secret or a method we know is missing"));
    }

    @Test
    void ofAProviderThatIsGivenInFullNoRemedyIsInFusionAuth() {
        givenInFull();
        sandbox.entra().app().expireSecrets();

        assertThat(findings())
                .filteredOn(finding -> finding.subject().equals("Given"))
                .isNotEmpty()
                .allSatisfy(finding -> assertThat(finding.check().remedy()).doesNotContain(" in FusionAuth"));
    }

    @Test
    void aClientThatTheProviderRefusesIsAFault() {
        sandbox.entra().app().expireSecrets();
        assertFound(PROVIDER_CLIENT, FAULT, "refuses the client AADSTS7000222");

        sandbox.entra().faults().add(EntraFault.aadsts(90014));
        assertFound(PROVIDER_CLIENT, WARNING, "cannot be told");
    }

    @Test
    void aStoreThatDoesNotOpenIsAFault(@TempDir Path folder) throws Exception {
        settings.put("broker.store.url", "jdbc:postgresql://localhost:1/token_broker");
        assertFound(STORE, FAULT, "cannot be reached");

        settings.put(
                "broker.store.url",
                "jdbc:sqlite:" + Files.writeString(folder.resolve("no.db"), "This is no database. ".repeat(100)));
        assertFound(STORE, FAULT, "is a file, but no SQLite database");
    }

    @Test
    void aSchemaOfAnotherBrokerIsSaid() throws SQLException {
        execute(url(), "DELETE FROM token_broker_schema WHERE version <> '1'", "DROP TABLE refresh_turns");
        assertFound(STORE_SCHEMA, WARNING, "is of an older broker");
        assertFound(STORE_WRITE, OK, "takes a row");
        assertThat(strings(url(), "SELECT name FROM sqlite_master")).doesNotContain("refresh_turns");

        execute(
                url(),
                "INSERT INTO token_broker_schema SELECT 99, '99', 'later breaks before 99', type, 'V99__later_breaks_before_99.sql', checksum, installed_by, installed_on, 1, success FROM token_broker_schema WHERE version = '1'");
        assertThat(assertFound(STORE_SCHEMA, FAULT, "is of a newer broker"))
                .extracting(Finding::check)
                .doesNotContain(STORE_WRITE);
    }

    @Test
    void aStoreThatTakesNoWritesIsAFault() throws SQLException {
        settings.put("broker.store.url", url() + "?open_mode=1");

        assertFound(STORE_WRITE, FAULT, "cannot be written to");

        settings.computeIfPresent("broker.store.url", (key, url) -> url.replaceFirst("\\?.*", ""));
        execute(url(), "DROP TABLE grants");
        assertFound(STORE_WRITE, FAULT, "lacks a table");
    }

    @Test
    void postgresqlIsLookedAtAsSqliteIs() throws SQLException {
        settings.put("broker.store.url", Postgres.newDatabase() + "?user=postgres");
        assertFound(STORE_SCHEMA, WARNING, "has no tables yet");

        MadeStore.of(read().store());
        row(read());
        assertThat(assertFound(SEALING_KEYS, OK, "the first opens 1 rows"))
                .filteredOn(finding -> EnumSet.of(STORE, STORE_SCHEMA, STORE_WRITE, STORE_CLOCK)
                        .contains(finding.check()))
                .hasSize(4)
                .allMatch(finding -> finding.result() == OK);
        assertThat(strings(url(), "SELECT account_id FROM grants")).hasSize(1);

        settings.put("broker.sealing-keys", OTHER_KEY);
        assertFound(SEALING_KEYS, FAULT, "1 rows are sealed by a key that is not configured");

        settings.put("broker.store.url", url() + "&readOnly=true");
        assertFound(STORE_WRITE, FAULT, "is read-only");

        execute(url().replace("&readOnly=true", ""), "DROP TABLE grants");
        assertFound(STORE_WRITE, FAULT, "lacks a table");
    }

    @Test
    void aStoreThatAnotherHoldsIsAFault() throws SQLException {
        try (var other = DriverManager.getConnection(url());
                var statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");

            assertFound(STORE_WRITE, FAULT, "is locked by another process");

            statement.execute("ROLLBACK");
        }
    }

    @Test
    void rowsOfOtherKeysAreCounted() throws SQLException {
        var first = settings.getOrDefault("broker.sealing-keys", "");
        row(read());
        assertFound(SEALING_KEYS, OK, "the first opens 1 rows");

        settings.put("broker.sealing-keys", OTHER_KEY + "," + first);
        assertFound(SEALING_KEYS, WARNING, "1 rows are still sealed by a key that is not the first");

        settings.put("broker.sealing-keys", OTHER_KEY);
        assertFound(SEALING_KEYS, FAULT, "1 rows are sealed by a key that is not configured");
    }

    @Test
    void whatOnlyATryTellsIsAsked() {
        assertThat(findings())
                .filteredOn(finding -> finding.check().name().startsWith("ASK_"))
                .allMatch(finding -> finding.result() == ASK)
                .extracting(Finding::check)
                .containsExactlyElementsOf(EnumSet.range(ASK_PKCE, ASK_UPSTREAM_FAILURE));
    }

    @Test
    void namesThatOthersChooseGiveATerminalNoCommands() {
        var finding = Finding.ok(PROVIDER_USE, "Con\u001b[31mtoso\n", "on");

        assertThat(finding.subject()).isEqualTo("Con?[31mtoso?");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void everyCheckWasSeenToBeWellAndNotWell() {
        var notWell = EnumSet.allOf(Check.class);
        notWell.removeIf(check -> seen.getOrDefault(check, Set.of()).stream().anyMatch(result -> result != OK));
        assertThat(notWell).isEmpty();
        var well = EnumSet.allOf(Check.class);
        well.removeIf(check -> check.name().startsWith("ASK_") || check == UNFINISHED);
        well.removeIf(check -> seen.getOrDefault(check, Set.of()).contains(OK));
        assertThat(well).isEmpty();
    }

    /** What the code can say, it has said: whatever has words, and each check's results. */
    @Test
    @Order(Integer.MAX_VALUE)
    void everyFindingWasProvoked() throws IOException {
        var code = new StringBuilder();
        try (var files = Files.list(Path.of("src/main/java/io/tokenbroker/doctor"))) {
            for (var file : files.filter(
                            file -> !SAYS_NO_FINDING.contains(file.getFileName().toString()))
                    .toList()) {
                code.append(Files.readString(file).replaceAll("(?s)\"\"\".*?\"\"\"", ""));
            }
        }

        assertThat(RESULT.matcher(code).results())
                .hasSizeGreaterThan(50)
                .allSatisfy(made -> assertThat(seen.get(Check.valueOf(made.group(2))))
                        .as(made.group())
                        .contains(Result.valueOf(made.group(1).toUpperCase(Locale.ROOT))));
        assertThat(LITERAL.matcher(code).results().map(literal -> literal.group(1)))
                .filteredOn(text -> WORDS.matcher(text).find() && !NO_FINDING.contains(text))
                .hasSizeGreaterThan(80)
                .allSatisfy(text ->
                        assertThat(said).as(text).anyMatch(template(text).asPredicate()));
    }

    private static Pattern template(String text) {
        return Pattern.compile(
                Stream.of(text.split("%[sd]", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    private List<Finding> assertFound(Check check, Result result, String found) {
        var findings = findings();
        assertThat(findings)
                .filteredOn(finding -> finding.check() == check && finding.result() == result)
                .extracting(Finding::found)
                .anyMatch(text -> text.contains(found));
        return findings;
    }

    private List<Finding> findings() {
        return note(new Doctor(Patients.of(settings), clock).findings());
    }

    private List<Finding> note(List<Finding> findings) {
        findings.forEach(finding -> seen.computeIfAbsent(finding.check(), any -> EnumSet.noneOf(Result.class))
                .add(finding.result()));
        findings.forEach(finding -> said.add(finding.found()));
        var report = new Report(findings);
        assertThat(report.exitCode())
                .isEqualTo(findings.stream().anyMatch(finding -> finding.result() == FAULT) ? 1 : 0);
        assertThat(Stream.of(report.table(), report.json()))
                .allSatisfy(text -> assertThat(IssuedSecrets.all())
                        .filteredOn(secret -> secret.length() > 12)
                        .noneMatch(text::contains));
        return findings;
    }

    private BrokerSettings read() {
        return Settings.of(settings);
    }

    private IdentityProvider contoso() {
        return sandbox.fusionAuth().providers().stream()
                .filter(provider -> provider.id().equals(Sandbox.CONTOSO))
                .findFirst()
                .orElseThrow();
    }

    /** With another member of {@code oauth2}. */
    private static UnaryOperator<IdentityProvider> with(String member, String value) {
        return changed(json -> json.withObject("/oauth2").put(member, value));
    }

    private static UnaryOperator<IdentityProvider> changed(Consumer<ObjectNode> change) {
        return provider -> {
            var json = provider.json().deepCopy();
            change.accept(json);
            return new IdentityProvider(json);
        };
    }

    private void givenInFull() {
        var provider = "broker.providers.\"%s\".".formatted(UUID.randomUUID());
        var contoso = sandbox.issuer(io.tokenbroker.sandbox.entra.Tenant.CONTOSO);
        settings.put(provider + "name", "Given");
        settings.put(provider + "issuer", contoso);
        settings.put(provider + "client-id", sandbox.entra().app().clientId());
        settings.put(provider + "client-secret", sandbox.entra().app().secret());
    }

    private String url() {
        return settings.getOrDefault("broker.store.url", "");
    }

    private void row(BrokerSettings sealedBy) throws SQLException {
        var id = new AccountId(Sandbox.CONTOSO, "an identity");
        var token = new GrantSeal(new ColumnSealer(new SealingKeys(sealedBy)))
                .refreshToken(id, "root", Secret.of(IssuedSecrets.fresh("doctor-test-")));
        try (var connection = DriverManager.getConnection(url());
                var insert = connection.prepareStatement(
                        "INSERT INTO grants (account_id, user_id, linked_at, root, refresh_token, issued_at, version, lease_until, status, status_since, consecutive_failures, next_look_at) VALUES (?, 'user', 1, 'root', ?, 0, 1000, 0, 'active', 0, 0, 0)")) {
            insert.setString(1, id.toString());
            insert.setBytes(2, token);
            insert.executeUpdate();
        }
    }

    private List<String> rows() throws SQLException {
        return Stream.of(
                        strings(url(), "SELECT hex(refresh_token) || version || account_id FROM grants"),
                        strings(url(), "SELECT turn FROM refresh_turns"),
                        strings(url(), "SELECT version FROM token_broker_schema"),
                        strings(url(), "SELECT name FROM sqlite_master"))
                .flatMap(List::stream)
                .toList();
    }

    private static void execute(String url, String... statements) throws SQLException {
        try (var connection = DriverManager.getConnection(url)) {
            for (var sql : Arrays.asList(statements)) {
                execute(connection, sql);
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> strings(String url, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement();
                var found = statement.executeQuery(sql)) {
            var all = new java.util.ArrayList<String>();
            while (found.next()) {
                all.add(found.getString(1));
            }
            return all;
        }
    }
}
