package io.tokenbroker.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.ops.Broker.StartFailure;
import io.tokenbroker.settings.BrokerSettings;
import io.tokenbroker.settings.ProviderSettings;
import io.tokenbroker.settings.Setting;
import io.tokenbroker.settings.SettingFiles;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractStringAssert;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A start that fails says in one line which key is wrong and what belongs there. */
class StartUpTest {

    private static final String PROVIDER = "c0270500-0000-4000-8000-000000000001";
    private static final String IN_FULL = "broker.providers.\"" + PROVIDER + "\".";
    private static final String DIGEST = "0123456789abcdef".repeat(4);
    private static final String ACCOUNT = new AccountId(UUID.fromString(PROVIDER), "b").toString();

    private static final String SEALING_KEY = "c2VhbGluZy1rZXktb2YtdGhlLXN0YXJ0LXVwLXRlc3Q=";

    /** The least that a broker starts with. */
    private static final Map<String, String> ENOUGH = Map.of(
            "broker.fusionauth.url", "https://auth.example.com",
            "broker.fusionauth.api-key", "k",
            "broker.fusionauth.tenant-id", "30663132-6464-6665-3032-326466613934",
            "broker.fusionauth.application-id", "a99c0de0-5a9d-4b0c-8b0a-0a1b2c3d4e5f",
            "broker.fusionauth.issuer", "auth.example.com",
            "broker.authorization.redirect-uris", "https://app.example/callback",
            "broker.sealing-keys", SEALING_KEY);

    @Test
    void theRequiredSettingsAreEnough() {
        var settings = started(ENOUGH);

        assertThat(settings.authorization().stateLifetime()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.authorization().pkce()).isTrue();
        assertThat(settings.accounts().recheckAfter()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.clients()).isEmpty();
    }

    @Test
    void everythingThatTheContractListsIsUnderstood() {
        var settings = started(with(Map.ofEntries(
                Map.entry("broker.fusionauth.jwks-url", "https://auth.example.com/keys"),
                Map.entry(
                        "broker.authorization.redirect-uris",
                        "https://app.example/callback,http://localhost:3000/callback"),
                Map.entry("broker.authorization.state-lifetime", "5m"),
                Map.entry("broker.authorization.pkce", "false"),
                Map.entry("broker.sealing-keys", SEALING_KEY + "," + SEALING_KEY),
                Map.entry("broker.cors-origins", "https://app.example,http://localhost:3000"),
                Map.entry("broker.public-url", "https://broker.example.com/tokens/"),
                Map.entry("broker.clients.billing.key-sha256", DIGEST + "," + DIGEST),
                Map.entry("broker.clients.billing.subject", "s"),
                Map.entry("broker.clients.billing.providers", "*"),
                Map.entry("broker.clients.billing.resources", "https://management.azure.com,https://vault.azure.net"),
                Map.entry("broker.clients.billing.scopes", "https://graph.microsoft.com/*, User.Read"),
                Map.entry("broker.clients.billing.subject-token-required", "true"),
                Map.entry("broker.clients.billing.requests-per-minute", "60"),
                Map.entry("broker.clients.billing.force-refresh-interval", "0s"),
                Map.entry("broker.clients.deploy.key-sha256", DIGEST),
                Map.entry("broker.clients.deploy.azd-account", ACCOUNT),
                Map.entry("broker.clients.deploy.may-list-all-accounts", "true"),
                Map.entry(IN_FULL + "name", "Contoso"),
                Map.entry(IN_FULL + "issuer", "https://login.example/v2.0"),
                Map.entry(IN_FULL + "client-id", "c"),
                Map.entry(IN_FULL + "client-secret", "s"),
                Map.entry(IN_FULL + "client-authentication", "client_secret_post"),
                Map.entry(IN_FULL + "default-resource", "https://management.azure.com"),
                Map.entry(IN_FULL + "rotation", "single-use"),
                Map.entry("broker.upstreams.allow-private-addresses", "true"),
                Map.entry("broker.upstreams.allow-http-loopback", "true"),
                Map.entry("broker.memory.caches", "8M"),
                Map.entry(IN_FULL + "default-lifetime", "20m"),
                Map.entry("broker.limits.token-size", "64K"),
                Map.entry("broker.audit.hits", "each"),
                Map.entry("broker.audit.on-failure", "refuse"),
                Map.entry("broker.audit.file", "/var/log/token-broker/audit.jsonl"),
                Map.entry("broker.accounts.recheck-after", "0s"))));

        assertThat(settings.authorization().redirectUris()).hasSize(2);
        assertThat(settings.clients().get("billing"))
                .satisfies(
                        client -> assertThat(client.keySha256().orElseThrow()).hasSize(2))
                .satisfies(client -> assertThat(client.requestsPerMinute()).contains(60));
        assertThat(settings.providers().values().iterator().next().rotation())
                .contains(ProviderSettings.Rotation.SINGLE_USE);
    }

    @Test
    void everySettingIsAnEnvironmentVariableToo() {
        var id = PROVIDER.replace('-', '_').toUpperCase(Locale.ROOT);
        var settings = StartupChecks.checked(
                ofEnvironment(Map.ofEntries(
                        Map.entry("BROKER_FUSIONAUTH_URL", "https://auth.example.com"),
                        Map.entry("BROKER_FUSIONAUTH_API_KEY", "k"),
                        Map.entry("BROKER_FUSIONAUTH_TENANT_ID", "30663132-6464-6665-3032-326466613934"),
                        Map.entry("BROKER_FUSIONAUTH_APPLICATION_ID", "a99c0de0-5a9d-4b0c-8b0a-0a1b2c3d4e5f"),
                        Map.entry("BROKER_FUSIONAUTH_ISSUER", "auth.example.com"),
                        Map.entry("BROKER_AUTHORIZATION_REDIRECT_URIS", "https://app.example/callback"),
                        Map.entry("BROKER_AUTHORIZATION_STATE_LIFETIME", "5m"),
                        Map.entry("BROKER_SEALING_KEYS", SEALING_KEY),
                        Map.entry("BROKER_CORS_ORIGINS", "https://app.example"),
                        Map.entry("BROKER_CLIENTS_BILLING_KEY_SHA256", DIGEST),
                        Map.entry("BROKER_CLIENTS_BILLING_PROVIDERS", "*"),
                        Map.entry("BROKER_CLIENTS_BILLING_RESOURCES", "*"),
                        Map.entry("BROKER_CLIENTS_BILLING_REQUESTS_PER_MINUTE", "60"),
                        Map.entry("BROKER_PROVIDERS__" + id + "__ROTATION", "single-use"),
                        Map.entry("BROKER_PROVIDERS__" + id + "__CLIENT_ID", "c"),
                        Map.entry("BROKER_PROVIDERS__" + id + "__CLIENT_SECRET", "s"),
                        Map.entry("BROKER_PROVIDERS__" + id + "__ISSUER", "https://login.example/v2.0"),
                        Map.entry("BROKER_ACCOUNTS_RECHECK_AFTER", "5s"))),
                new SettingFiles());

        assertThat(settings.fusionauth().url()).isEqualTo(URI.create("https://auth.example.com"));
        assertThat(settings.clients()).containsOnlyKeys("billing");
        var client = settings.clients().values().iterator().next();
        assertThat(client.keySha256()).contains(List.of(DIGEST));
        assertThat(client.requestsPerMinute()).contains(60);
        assertThat(settings.providers()).hasSize(1);
        var provider = settings.providers().values().iterator().next();
        assertThat(provider.rotation()).contains(ProviderSettings.Rotation.SINGLE_USE);
        assertThat(provider.clientId()).contains("c");
        assertThat(settings.accounts().recheckAfter()).isEqualTo(Duration.ofSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "broker.fusionauth.url",
                "broker.fusionauth.api-key",
                "broker.fusionauth.tenant-id",
                "broker.fusionauth.application-id",
                "broker.fusionauth.issuer",
                "broker.authorization.redirect-uris",
                "broker.sealing-keys"
            })
    void aRequiredSettingThatIsMissingOrEmptyIsNamedWithWhatIsExpected(String key) {
        assertOneLine(failure(without(key))).contains(key + " is missing: expected ");
        assertOneLine(failure(with(Map.of(key, "")))).contains(key + " ", "expected ");
    }

    @Test
    void allThatIsMissingIsNamedAtOnce() {
        assertThat(assertOneLine(failure(Map.of())).actual().split("; ", -1)).hasSize(ENOUGH.size());
    }

    @ParameterizedTest
    @CsvSource({
        "broker.fusionauth.tenant-id,                  default,    the UUID of the tenant",
        "broker.fusionauth.application-id,             7,          the UUID of the application",
        "broker.authorization.state-lifetime,          soon,       a duration",
        "broker.accounts.recheck-after,                often,      a duration",
        "broker.limits.token-size,                     large,      a size",
        "broker.authorization.pkce,                    perhaps,    true or false",
        "broker.upstreams.allow-private-addresses,     perhaps,    true or false",
        "broker.upstreams.allow-http-loopback,         1,          true or false",
        "broker.memory.caches,                         much,       a size from 1M on",
        "broker.memory.caches,                         100K,       a size from 1M on",
        "broker.memory.caches,                         90%,        a size from 1M on",
        "broker.memory.caches,                         999999G,    a size from 1M on",
        "broker.clients.billing.requests-per-minute,   many,       a whole number",
        "broker.clients.billing.requests-per-minute,   1.5,        a whole number",
        "broker.clients.billing.subject-token-required, perhaps,   true or false",
        "broker.clients.billing.force-refresh-interval, seldom,    a duration",
        "'broker.providers.\"c0270500-0000-4000-8000-000000000001\".rotation', twice, reusable or single-use",
        "'broker.providers.\"c0270500-0000-4000-8000-000000000001\".issuer', 'a b', a URL",
        "broker.fusionauth.url,                        'a b',      the base URL of FusionAuth",
        "broker.fusionauth.jwks-url,                   'a b',      a URL"
    })
    void aMalformedValueIsNamedWithWhatIsExpectedAndNotRepeated(String key, String value, String expected) {
        assertOneLine(failure(with(Map.of(key, value)))).contains(key, "expected " + expected, ", such as ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "broker.fusion-auth.url",
                "broker.fusionauth.urll",
                "broker.sealing-key",
                "broker.clients.billing.keysha256",
                "broker.clients.billing.resource",
                "broker.providers.\"c0270500-0000-4000-8000-000000000001\".secret",
                "broker.nonsense"
            })
    void aSettingThatDoesNotExistIsNamed(String key) {
        assertOneLine(failure(with(Map.of(key, "x")))).contains(key + " is not a setting of the broker");
    }

    @ParameterizedTest
    @CsvSource({
        "broker.fusionauth.urll, broker.fusionauth.url",
        "broker.fusion-auth.url, broker.fusionauth.url",
        "broker.fusionauth.apiKey, broker.fusionauth.api-key",
        "broker.sealing-key, broker.sealing-keys",
        "broker.clients.billing.keysha256, broker.clients.billing.key-sha256",
        "broker.clients.billing.resource, broker.clients.billing.resources",
        "'broker.providers.\"c0270500-0000-4000-8000-000000000001\".isuer', 'broker.providers.\"c0270500-0000-4000-8000-000000000001\".issuer'"
    })
    void aSettingThatDoesNotExistIsNamedWithTheOneThatIsMeant(String key, String meant) {
        assertOneLine(failure(with(Map.of(key, "x"))))
                .contains(key + " is not a setting of the broker; did you mean " + meant + "=");
    }

    @Test
    void aSettingLikeNoOtherIsNamedAlone() {
        assertOneLine(failure(with(Map.of("broker.nonsense", "x"))))
                .endsWith("broker.nonsense is not a setting of the broker; docs/settings.md lists them");
    }

    static Stream<Arguments> contradictions() {
        return Stream.of(
                wrong(
                        "broker.fusionauth.url",
                        "auth.example.com",
                        "broker.fusionauth.url must be an absolute http(s) URL"),
                wrong("broker.fusionauth.url", "ftp://auth.example.com", "broker.fusionauth.url"),
                wrong("broker.fusionauth.url", "https:auth", "broker.fusionauth.url"),
                wrong(
                        "broker.fusionauth.jwks-url",
                        "/keys",
                        "broker.fusionauth.jwks-url must be an absolute http(s) URL"),
                wrong(
                        "broker.fusionauth.webhook-secret",
                        "x".repeat(31),
                        "broker.fusionauth.webhook-secret must have 32 characters at least"),
                wrong(
                        "broker.authorization.redirect-uris",
                        "/callback",
                        "broker.authorization.redirect-uris: '/callback'"),
                wrong("broker.authorization.redirect-uris", "https://a.example/#x", "without fragment"),
                wrong("broker.authorization.redirect-uris", "https://a.example,app:callback", "'app:callback'"),
                wrong("broker.authorization.redirect-uris", "https://a b", "broker.authorization.redirect-uris"),
                wrong(
                        "broker.authorization.state-lifetime",
                        "0s",
                        "broker.authorization.state-lifetime must be longer"),
                wrong("broker.authorization.state-lifetime", "-1m", "broker.authorization.state-lifetime"),
                wrong(
                        "broker.audit.on-failure",
                        "refuse",
                        "broker.audit.file is missing, which broker.audit.on-failure=refuse needs"),
                wrong(
                        "quarkus.http.proxy.proxy-address-forwarding",
                        "true",
                        "quarkus.http.proxy.trusted-proxies is missing, which"),
                wrong("broker.audit.hits", "some", "broker.audit.hits has a value that cannot be used"),
                wrong("broker.limits.token-size", "0", "broker.limits.token-size must be 1K to 1M"),
                wrong("broker.limits.token-size", "99G", "broker.limits.token-size must be 1K to 1M"),
                wrong(IN_FULL + "default-lifetime", "0s", "default-lifetime must be longer than nothing"),
                wrong("broker.accounts.recheck-after", "-1s", "broker.accounts.recheck-after must not be negative"),
                wrong("broker.public-url", "broker.example", "broker.public-url must be an absolute http(s) URL"),
                wrong("broker.public-url", "ftp://broker.example", "broker.public-url"),
                wrong("broker.public-url", "https://a b", "broker.public-url"),
                wrong("broker.public-url", "https://broker.example/?a", "without query, fragment and user name"),
                wrong("broker.public-url", "https://broker.example/#a", "without query, fragment and user name"),
                wrong("broker.public-url", "https://a@broker.example", "without query, fragment and user name"),
                wrong("broker.cors-origins", "*", "broker.cors-origins: '*'"),
                wrong("broker.cors-origins", "app.example", "broker.cors-origins: 'app.example'"),
                wrong("broker.cors-origins", "https://app.example/", "broker.cors-origins: 'https://app.example/'"),
                wrong("broker.cors-origins", "https://app.example?x", "broker.cors-origins"),
                wrong("broker.cors-origins", "https://a b", "broker.cors-origins"),
                wrong(
                        "broker.clients.billing.providers",
                        "*",
                        "broker.clients.billing has neither key-sha256 nor subject"),
                wrong(
                        "broker.clients.billing.key-sha256",
                        "abc",
                        "broker.clients.billing.key-sha256 must be the SHA-256"),
                wrong("broker.clients.billing.key-sha256", DIGEST + ",x", "broker.clients.billing.key-sha256"),
                wrong("broker.clients.\"bil ling\".key-sha256", DIGEST, "a client's name"),
                wrong(IN_FULL + "client-id", "c", IN_FULL.substring(0, IN_FULL.length() - 1) + " is given in part"),
                wrong(IN_FULL + "issuer", "https://login.example", "is given in part"),
                wrong(IN_FULL + "default-resource", "https://a.example/.default", "must be without /.default"),
                wrong(IN_FULL + "client-secret", "s3cret", "without client-id"),
                wrong(IN_FULL + "client-authentication", "none", "without client-id"),
                wrong(IN_FULL + "token-endpoint", "https://login.example/token", "together"),
                wrong(IN_FULL + "client-authentication", "private_key_jwt", ".client-authentication must be"),
                wrong(IN_FULL + "linking.claims", "[]", ".linking.claims must be a JSON object"),
                wrong(IN_FULL + "linking.claims", "{", ".linking.claims must be a JSON object"),
                wrong("broker.providers.contoso.rotation", "reusable", "must be an identity provider's UUID"));
    }

    @ParameterizedTest(name = "{0}={1}")
    @MethodSource("contradictions")
    void whatCannotWorkIsNamed(String key, String value, String expected) {
        assertOneLine(failure(with(Map.of(key, value))))
                .contains(expected)
                .containsPattern("such as [^ ]+|make client NAME=");
    }

    @Test
    void proxiesThatAreNamedMayBeTrusted() {
        var trusted = "quarkus.http.proxy.trusted-proxies";
        assertThatCode(() -> started(
                        with(Map.of("quarkus.http.proxy.proxy-address-forwarding", "true", trusted, "10.0.0.7"))))
                .doesNotThrowAnyException();
        assertOneLine(failure(with(Map.of("quarkus.http.proxy.proxy-address-forwarding", "true", trusted, ""))))
                .contains(trusted + " is missing");
        assertThatCode(() -> started(with(Map.of("quarkus.http.proxy.proxy-address-forwarding", "false"))))
                .doesNotThrowAnyException();
    }

    @Test
    void allThatCannotWorkIsNamedAtOnce() {
        assertOneLine(failure(with(Map.of(
                        "broker.fusionauth.url", "ftp://auth.example.com",
                        "broker.cors-origins", "app.example,*",
                        "broker.clients.billing.providers", "contoso"))))
                .contains(
                        "broker.fusionauth.url must be",
                        "; broker.cors-origins: 'app.example'",
                        "; broker.cors-origins: '*'",
                        "; broker.clients.billing has neither",
                        "; broker.clients.billing.providers: 'contoso' is not");
    }

    @Test
    void webhooksAreSignedByAKeyOrByASecret() {
        var keyId = Map.of("broker.fusionauth.webhook-key-id", "webhooks");
        var secret = Map.of("broker.fusionauth.webhook-secret", "x".repeat(32));
        assertThat(started(with(keyId)).fusionauth().webhookKeyId()).contains("webhooks");
        assertThat(started(with(secret)).fusionauth().webhookSecret()).isPresent();

        var both = new HashMap<>(with(keyId));
        both.putAll(secret);
        assertOneLine(failure(both))
                .contains("broker.fusionauth.webhook-secret and broker.fusionauth.webhook-key-id are both given")
                .doesNotContain("xxx");
    }

    @Test
    void whateverIsWrongIsNamedAtOnce() {
        var given = new HashMap<>(without("broker.fusionauth.url"));
        given.putAll(Map.of(
                "broker.fusionauth.urll", "https://auth.example.com",
                "broker.fusionauth.tenant-id", "default",
                "broker.fusionauth.jwks-url", "ftp://auth.example.com",
                "broker.accounts.recheck-after", "often",
                "broker.authorization.pkce", "perhaps",
                "broker.cors-origins", "*",
                "broker.sealing-keys", "c2hvcnQ=",
                "broker.store.url", "jdbc:mysql://db",
                "broker.store.password-file", "/nowhere/password",
                "broker.clients.billing.force-refresh-interval", "seldom"));

        assertThat(assertOneLine(failure(given))
                        .actual()
                        .replaceFirst("Cannot start: ", "")
                        .split("; (?=broker)", -1))
                .containsExactlyInAnyOrder(
                        "broker.fusionauth.url is missing: expected the base URL of FusionAuth, such as https://auth.example.com",
                        "broker.fusionauth.urll is not a setting of the broker; did you mean broker.fusionauth.url=https://auth.example.com?",
                        "broker.fusionauth.tenant-id has a value that cannot be used: expected the UUID of the tenant in FusionAuth, such as 30663132-6464-6665-3032-326466613934",
                        "broker.fusionauth.jwks-url must be an absolute http(s) URL, such as https://auth.example.com/.well-known/jwks.json",
                        "broker.accounts.recheck-after has a value that cannot be used: expected a duration, such as 30s",
                        "broker.authorization.pkce has a value that cannot be used: expected true or false, such as true",
                        "broker.cors-origins: '*' is not an origin, such as https://app.example.com",
                        "broker.sealing-keys: each key must be base64 of exactly 32 bytes (openssl rand -base64 32)",
                        "broker.store.url must begin with jdbc:sqlite: or jdbc:postgresql:, such as jdbc:postgresql://db.internal:5432/token_broker",
                        "broker.store.password-file: /nowhere/password is not there, or is no file",
                        "broker.clients.billing.force-refresh-interval has a value that cannot be used: expected a duration, such as 30s",
                        "broker.clients.billing has neither key-sha256 nor subject, so it could never prove who it is; make client NAME=billing prints the settings of one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"password=hunter22-hunter22&x=1", "sslmode=require&password=hunter22-hunter22"})
    void theStoresPasswordIsNotInItsAddressWhereItCouldNotBeChanged(String query) {
        assertOneLine(failure(with(Map.of("broker.store.url", "jdbc:postgresql://db/broker?" + query))))
                .isEqualTo(
                        "Cannot start: broker.store.url must be such as jdbc:postgresql://db.internal:5432/token_broker; user and password go into broker.store.username and broker.store.password");
    }

    @Test
    void oneFaultIsNamedOnce() {
        assertOneLine(failure(with(Map.of("broker.fusionauth.url", "a b"))))
                .isEqualTo(
                        "Cannot start: broker.fusionauth.url has a value that cannot be used: expected the base URL of FusionAuth, such as https://auth.example.com");
    }

    @Test
    void theExamplesOfAllSettingsTogetherWork() {
        var examples = Setting.all().stream()
                .filter(setting -> !setting.key().endsWith("-file"))
                .collect(Collectors.toMap(
                        setting -> setting.key()
                                .replace("clients.*", "clients.billing")
                                .replace("events.*", "events.operations")
                                .replace("providers.*", "providers.\"" + PROVIDER + "\""),
                        Setting::example));
        examples.put("broker.sealing-keys", SEALING_KEY);
        examples.put("broker.events.operations.secret", "whsec_" + SEALING_KEY);
        // Instead of webhook-key-id.
        examples.remove("broker.fusionauth.webhook-secret");

        assertThatCode(() -> started(examples)).doesNotThrowAnyException();
    }

    @Test
    void everySettingHasAnExampleAndSaysWhatIsExpected() {
        var keys =
                ConfigMappings.getProperties(ConfigClass.configClass(BrokerSettings.class, BrokerSettings.PREFIX))
                        .entrySet()
                        .stream()
                        .filter(property -> property.getValue().isLeaf()
                                || property.getValue().isPrimitive())
                        .map(Map.Entry::getKey);

        assertThat(keys)
                .hasSizeGreaterThan(40)
                .allSatisfy(key -> assertThat(Setting.of(key))
                        .hasValueSatisfying(setting -> assertThat(setting.expected())
                                .isNotEqualTo("a text")
                                .isNotEqualTo("a list")));
    }

    @Test
    void aListMayBeGivenEntryByEntry() {
        var given = new HashMap<>(without("broker.authorization.redirect-uris"));
        given.put("broker.authorization.redirect-uris[0]", "https://app.example/callback");
        given.put("broker.authorization.redirect-uris[1]", "https://app.example/other");

        assertThat(started(given).authorization().redirectUris()).hasSize(2);
    }

    @Test
    void aReferenceToNothingIsNamed() {
        assertOneLine(failure(with(Map.of("broker.fusionauth.api-key", "${NOT_SET}"))))
                .contains(
                        "broker.fusionauth.api-key refers to a setting or variable that is not there: expected an API key");
    }

    /** Fails if an upgrade of Quarkus says nothing of the key any more. */
    @Test
    void aSettingOfQuarkusThatCannotBeUsedIsNamedAndNotRepeated() {
        var failure = catchThrowable(() -> new SmallRyeConfigBuilder()
                .withMapping(OfQuarkus.class)
                .withSources(new PropertiesConfigSource(
                        Map.of("quarkus.http.port", "hunter2", "quarkus.http.idle-timeout", "hunter2"), "test", 100))
                .build());

        assertOneLine(StartFailure.oneLine(new IllegalStateException(failure)))
                .contains("quarkus.http.port", "quarkus.http.idle-timeout")
                .doesNotContain("hunter2");
    }

    @ConfigMapping(prefix = "quarkus.http")
    interface OfQuarkus {

        int port();

        int idleTimeout();
    }

    @Test
    void aRateOfNothingIsNamed() {
        assertOneLine(failure(with(Map.of(
                        "broker.clients.billing.key-sha256",
                        DIGEST,
                        "broker.clients.billing.requests-per-minute",
                        "0"))))
                .contains("broker.clients.billing.requests-per-minute must be at least 1");
    }

    @ParameterizedTest
    @CsvSource({
        "providers, contoso, 'broker.clients.billing.providers: ''contoso'' is not the UUID of an identity provider'",
        "resources, https://contoso.sharepoint.com*, 'broker.clients.billing.resources: ''https://contoso.sharepoint.com*'' must be'",
        "resources, https://*.sharepoint.com, broker.clients.billing.resources: ",
        "resources, https://*, broker.clients.billing.resources: ",
        "resources, https:/*, broker.clients.billing.resources: ",
        "resources, /*, broker.clients.billing.resources: ",
        "resources, **, broker.clients.billing.resources: ",
        "resources, api://orders/a*, broker.clients.billing.resources: ",
        "scopes, User.*, broker.clients.billing.scopes: ",
        "scopes, https://graph.microsoft.com/User.*, broker.clients.billing.scopes: ",
        "force-refresh-interval, -1s, broker.clients.billing.force-refresh-interval must not be negative"
    })
    void aPolicyThatCannotBeMeantIsNamed(String setting, String value, String expected) {
        assertOneLine(failure(with(Map.of(
                        "broker.clients.billing.key-sha256", DIGEST, "broker.clients.billing." + setting, value))))
                .contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "https://contoso.sharepoint.com/*",
                "https://contoso.example:8443/a/*",
                "api://orders/*",
                "797f4846-ba00-4fd7-ba43-dac1f8f63013/*",
                "https://management.azure.com//.default",
                "User.Read"
            })
    void aPolicyThatCanBeMeantIsTaken(String entry) {
        var client = Map.of(
                "broker.clients.billing.key-sha256", DIGEST,
                "broker.clients.billing.resources", entry,
                "broker.clients.billing.scopes", entry);

        assertThatCode(() -> started(with(client))).doesNotThrowAnyException();
    }

    @Test
    void anAccountForAzdThatIsNoneIsNamed() {
        assertOneLine(failure(with(Map.of(
                        "broker.clients.billing.key-sha256",
                        DIGEST,
                        "broker.clients.billing.azd-account",
                        "b@contoso.com"))))
                .contains("broker.clients.billing.azd-account must be the id of an account");
    }

    @Test
    void anAccountForAzdOfAClientThatNeedsTheUsersTokenIsNamed() {
        assertOneLine(failure(with(Map.of(
                        "broker.clients.billing.key-sha256",
                        DIGEST,
                        "broker.clients.billing.subject-token-required",
                        "true",
                        "broker.clients.billing.azd-account",
                        ACCOUNT))))
                .contains("broker.clients.billing.azd-account", "subject-token-required");
    }

    @Test
    void aClientThatIsToListAllAndToNeedEachUsersTokenIsNamed() {
        assertOneLine(failure(with(Map.of(
                        "broker.clients.billing.key-sha256",
                        DIGEST,
                        "broker.clients.billing.subject-token-required",
                        "true",
                        "broker.clients.billing.may-list-all-accounts",
                        "true"))))
                .contains("broker.clients.billing.may-list-all-accounts", "subject-token-required");
    }

    @Test
    void aProviderGivenWithoutItsSecretIsNamed() {
        var given = Map.of(IN_FULL + "issuer", "https://login.example", IN_FULL + "client-id", "c");

        assertOneLine(failure(with(given))).contains(".client-secret is missing");
        var open = new HashMap<>(given);
        open.put(IN_FULL + "client-authentication", "none");
        assertThatCode(() -> started(with(open))).doesNotThrowAnyException();
    }

    @Test
    void twoClientsThatCannotBeToldApartAreNamed() {
        assertOneLine(failure(with(Map.of(
                        "broker.clients.one.subject", "s",
                        "broker.clients.two.subject", "s"))))
                .contains("broker.clients.", ".subject");
    }

    @Test
    void noValueIsRepeatedThatCouldBeASecret() {
        var said = failure(with(Map.of(
                "broker.clients.billing.key-sha256", "tbk_billing_secret", IN_FULL + "client-secret", "hunter2")));

        assertThat(said).doesNotContain("tbk_billing_secret", "hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s\n", "%s\r\n", " %s ", "\t%s\n\n"})
    void whatIsAroundASettingIsNoPartOfIt(String mounted) {
        var given = with(Map.of(
                "broker.sealing-keys",
                SEALING_KEY + "," + SEALING_KEY,
                "broker.store.password",
                "p w",
                IN_FULL + "client-secret",
                "s",
                IN_FULL + "client-id",
                "c",
                IN_FULL + "issuer",
                "https://login.example"));
        given.replaceAll((key, value) -> mounted.formatted(value));

        var settings = started(given);

        assertThat(settings.fusionauth().apiKey()).isEqualTo("k");
        assertThat(settings.fusionauth().issuer()).isEqualTo("auth.example.com");
        assertThat(settings.sealingKeys()).isEqualTo(List.of(SEALING_KEY, SEALING_KEY));
        assertThat(settings.store().password()).contains("p w");
        assertThat(settings.providers().values())
                .allSatisfy(provider -> assertThat(provider.clientSecret()).contains("s"));
    }

    @Test
    void aSecretMayBeInAFile(@TempDir Path folder) throws IOException {
        var files = new HashMap<String, String>();
        for (var key : List.of(
                "broker.fusionauth.api-key",
                "broker.sealing-keys",
                "broker.store.password",
                IN_FULL + "client-secret")) {
            var file = folder.resolve(String.valueOf(files.size()));
            Files.writeString(file, "${secret} of " + files.size() + "\n");
            files.put(key + "-file", file + "\n");
        }
        files.putAll(without("broker.fusionauth.api-key", "broker.sealing-keys"));

        var settings = read(of(files));

        assertThat(settings.fusionauth().apiKey()).isEqualTo("${secret} of 0");
        assertThat(settings.sealingKeys()).isEqualTo(List.of("${secret} of 1"));
        assertThat(settings.store().password()).contains("${secret} of 2");
        assertThat(settings.providers().values())
                .singleElement()
                .satisfies(provider -> assertThat(provider.clientSecret()).contains("${secret} of 3"));
    }

    @Test
    void theFileOfASecretMayBeAnEnvironmentVariable(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("key"), "from the file");
        var id = PROVIDER.replace('-', '_').toUpperCase(Locale.ROOT);
        var settings = read(ofEnvironment(Map.ofEntries(
                Map.entry("BROKER_FUSIONAUTH_URL", "https://auth.example.com"),
                Map.entry("BROKER_FUSIONAUTH_API_KEY_FILE", file.toString()),
                Map.entry("BROKER_FUSIONAUTH_TENANT_ID", "30663132-6464-6665-3032-326466613934"),
                Map.entry("BROKER_FUSIONAUTH_APPLICATION_ID", "a99c0de0-5a9d-4b0c-8b0a-0a1b2c3d4e5f"),
                Map.entry("BROKER_FUSIONAUTH_ISSUER", "auth.example.com"),
                Map.entry("BROKER_AUTHORIZATION_REDIRECT_URIS", "https://app.example/callback"),
                Map.entry("BROKER_SEALING_KEYS_FILE", file.toString()),
                Map.entry("BROKER_PROVIDERS__" + id + "__CLIENT_SECRET_FILE", file.toString()),
                Map.entry("BROKER_STORE_PASSWORD_FILE", file.toString()))));

        assertThat(settings.fusionauth().apiKey()).isEqualTo("from the file");
        assertThat(settings.sealingKeys()).isEqualTo(List.of("from the file"));
        assertThat(settings.store().password()).contains("from the file");
        assertThat(settings.providers().values())
                .singleElement()
                .satisfies(provider -> assertThat(provider.clientSecret()).contains("from the file"));
    }

    @Test
    void aSecretThatIsInASettingAndInAFileIsNamedWithBothKeys(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("key"), "hunter2");

        assertOneLine(failure(with(Map.of("broker.fusionauth.api-key-file", file.toString()))))
                .contains("broker.fusionauth.api-key and broker.fusionauth.api-key-file are both given")
                .doesNotContain("hunter2");
    }

    @Test
    void aFileThatHoldsNoSecretIsNamedWithItsKey(@TempDir Path folder) throws IOException {
        var files = Map.of(
                folder.resolve("nowhere"),
                "is not there",
                folder,
                "is no file",
                Files.writeString(folder.resolve("empty"), " \n"),
                "is empty",
                Files.writeString(folder.resolve("large"), "hunter2".repeat(10_000)),
                "has more than 16384 bytes",
                Files.write(folder.resolve("binary"), new byte[] {(byte) 0xC3, 0x28, 'h', 'u', 'n'}),
                "is not text");

        files.forEach((file, why) -> {
            var given = new HashMap<>(without("broker.fusionauth.api-key"));
            given.put("broker.fusionauth.api-key-file", file.toString());
            assertOneLine(failure(given))
                    .contains("broker.fusionauth.api-key-file: " + file + " ", why)
                    .doesNotContain("hun");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"one\ntwo", "one two", "one\u0000", "kéy"})
    void anApiKeyThatNoHeaderCanSendIsNamed(String key) {
        assertOneLine(failure(with(Map.of("broker.fusionauth.api-key", key))))
                .contains("broker.fusionauth.api-key must have no blank, line break ")
                .doesNotContain(key, "one ", "two");
    }

    @Test
    void aSecretOfSeveralLinesIsNamed() {
        assertOneLine(failure(with(Map.of(
                        "broker.store.password",
                        "one\ntwo",
                        IN_FULL + "client-secret",
                        "one\ntwo",
                        IN_FULL + "client-id",
                        "c",
                        IN_FULL + "issuer",
                        "https://login.example"))))
                .contains(
                        "broker.store.password must have no line break",
                        IN_FULL + "client-secret must have no line break")
                .doesNotContain("one", "two");
    }

    @Test
    void everySecretSettingMayBeInAFile() {
        var settings = ConfigMappings.getProperties(
                        ConfigClass.configClass(BrokerSettings.class, BrokerSettings.PREFIX))
                .keySet();

        assertThat(settings.stream().filter(key -> key.matches(".*[.-](api-key|keys|secret|password|sha256)")))
                .hasSizeGreaterThanOrEqualTo(5)
                .allSatisfy(key -> assertThat(settings).contains(key + "-file"));
    }

    @Test
    void aPortInUseIsNamed() {
        assertOneLine(StartFailure.oneLine(
                        new RuntimeException(new QuarkusBindException("localhost", 8080, new BindException()))))
                .contains("8080", "quarkus.http.port");
        assertOneLine(StartFailure.oneLine(
                        new RuntimeException(new IllegalStateException("in use", new BindException()))))
                .contains("9000", "quarkus.management.port");
    }

    @Test
    void aFailureDeepInsideIsFound() {
        assertOneLine(StartFailure.oneLine(new IllegalStateException(
                        new RuntimeException(new ConfigurationException("broker.x must be y")))))
                .isEqualTo("Cannot start: broker.x must be y");
    }

    private static Arguments wrong(String key, String value, String expected) {
        return Arguments.of(key, value, expected);
    }

    private static AbstractStringAssert<?> assertOneLine(String said) {
        return assertThat(said)
                .startsWith("Cannot start: ")
                .doesNotContain("\n", "\tat ", "Exception", "SRCFG", "io.tokenbroker", "java.");
    }

    /** What a start with these settings says. */
    private static String failure(Map<String, String> given) {
        return Optional.ofNullable(catchThrowable(() -> started(given)))
                .map(StartFailure::oneLine)
                .orElse("started");
    }

    private static BrokerSettings started(Map<String, String> given) {
        return StartupChecks.checked(of(given), new SettingFiles());
    }

    private static BrokerSettings read(SmallRyeConfig config) {
        return SettingsReader.read(config, new SettingFiles(), new Faults());
    }

    private static SmallRyeConfig of(Map<String, String> given) {
        return of(new PropertiesConfigSource(given, "test", 100));
    }

    private static SmallRyeConfig ofEnvironment(Map<String, String> variables) {
        return of(new EnvConfigSource(variables, 300));
    }

    /** As Quarkus has it: without the broker's mapping. */
    private static SmallRyeConfig of(ConfigSource source) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withSources(source)
                .build();
    }

    private static Map<String, String> with(Map<String, String> more) {
        var settings = new HashMap<>(ENOUGH);
        settings.putAll(more);
        return settings;
    }

    private static Map<String, String> without(String... keys) {
        var settings = new HashMap<>(ENOUGH);
        settings.keySet().removeAll(List.of(keys));
        return settings;
    }
}
