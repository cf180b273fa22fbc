package io.tokenbroker.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.refresh.TokenSpec.Target;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.tenant.TokenEndpoint;
import io.tokenbroker.tenant.TokenEndpoint.ClientAuthentication;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which resource a mint is for where none is named: the policy is asked about that one. */
class TargetTest {

    @ParameterizedTest
    @CsvSource({
        "login.microsoftonline.com,        https://graph.microsoft.com",
        "login.microsoftonline.us,         https://graph.microsoft.us",
        "login.usgovcloudapi.net,          https://graph.microsoft.us",
        "login.partner.microsoftonline.cn, https://microsoftgraph.chinacloudapi.cn",
        "login.chinacloudapi.cn,           https://microsoftgraph.chinacloudapi.cn",
        "entra.behind-a-proxy.example,     https://graph.microsoft.com"
    })
    void atEntraItIsTheGraphOfThatCloud(String host, String graph) {
        var provider = entra(host, Optional.empty());

        assertThat(MintRequest.DEFAULT.target(provider)).isEqualTo(new Target(graph, List.of(graph + "/.default")));
        assertThat(scopes("openid", "profile").target(provider))
                .isEqualTo(new Target(graph, List.of(graph + "/.default")));
        assertThat(scopes("User.Read").target(provider)).isEqualTo(new Target(graph, List.of("User.Read")));
        assertThat(scopes("User.Read", graph + "/Mail.Read").target(provider).resource())
                .isEqualTo(graph);
    }

    @Test
    void aGraphThatTheSettingsNameIsTheCloudsOwn() {
        var defense = "https://dod-graph.microsoft.us";
        var provider = entra("login.microsoftonline.us", Optional.of(defense));

        assertThat(MintRequest.DEFAULT.target(provider).resource()).isEqualTo(defense);
        assertThat(scopes("User.Read").target(provider).resource()).isEqualTo(defense);
    }

    @Test
    void anotherDefaultResourceLeavesBareScopesToGraph() {
        var provider = entra("login.microsoftonline.us", Optional.of("https://management.usgovcloudapi.net"));

        assertThat(MintRequest.DEFAULT.target(provider).resource()).isEqualTo("https://management.usgovcloudapi.net");
        assertThat(scopes("User.Read").target(provider).resource()).isEqualTo("https://graph.microsoft.us");
    }

    private static MintRequest scopes(String... scopes) {
        return MintRequest.forScopes(List.of(scopes));
    }

    private static Provider entra(String host, Optional<String> defaultResource) {
        var oauth = "https://" + host + "/5f0c6a52-31f6-4a0e-9d1f-0f4d2a7f8a10/oauth2/v2.0/";
        return new Provider(
                UUID.randomUUID(),
                "Entra",
                Optional.empty(),
                false,
                URI.create(oauth + "authorize"),
                new TokenEndpoint(URI.create(oauth + "token"), "client", Optional.empty(), ClientAuthentication.NONE),
                Rotation.REUSABLE,
                Duration.ofSeconds(60),
                defaultResource,
                Set.of("sub"));
    }
}
