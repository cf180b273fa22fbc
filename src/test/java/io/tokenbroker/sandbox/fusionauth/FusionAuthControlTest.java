package io.tokenbroker.sandbox.fusionauth;

import static io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn.ALICE_ID;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FusionAuthControlTest {

    private final World world = new World();
    private final Wire wire = new Wire(world.fusionAuth);

    @AfterEach
    void close() {
        world.close();
    }

    @Test
    void stateShowsNoSecret() {
        post(
                "links",
                Map.of(
                        "userId",
                        ALICE_ID,
                        "identityProviderId",
                        World.CONTOSO,
                        "identityProviderUserId",
                        "bea",
                        "token",
                        "a-refresh-token"));
        wire.get(FusionAuthPendingLinkApi.PATH + "/a-pending-id", FusionAuthStandIn.BROKER_API_KEY);

        var state = wire.get("/_sandbox/state");

        assertThat(Wire.json(state).at("/links/0/hasToken").asBoolean()).isTrue();
        assertThat(Wire.json(state).at("/requests/0").asText())
                .isEqualTo("GET " + FusionAuthPendingLinkApi.PATH + "/* 404");
        assertThat(state.body())
                .doesNotContain(
                        "a-refresh-token", "contoso-client-secret", "a-pending-id", FusionAuthStandIn.PASSWORD + "\"");
    }

    @Test
    void everythingIsWithinReach() {
        assertThat(post("switches", Map.of("NoLinks", "EMPTY_404"))).isEqualTo(200);
        assertThat(post("switches", Map.of("NoLinks", "PERHAPS"))).isEqualTo(400);
        assertThat(post("faults", Map.of("kind", "error-500", "path", "/api/status", "times", 1)))
                .isEqualTo(204);
        assertThat(wire.get("/api/status").statusCode()).isEqualTo(500);
        assertThat(wire.get("/api/status").statusCode()).isEqualTo(200);
        var before = world.fusionAuth.clock().instant();
        assertThat(post("clock", Map.of("advance", "PT1M"))).isEqualTo(200);
        assertThat(world.fusionAuth.clock().instant()).isAfter(before.plus(Duration.ofSeconds(59)));
        assertThat(post("keys/rotate", Map.of("drop_old", true))).isEqualTo(204);
        assertThat(post("users", Map.of("email", "new@example.com"))).isEqualTo(200);
        assertThat(post("providers", Map.of("type", "Google", "name", "Google")))
                .isEqualTo(200);
        assertThat(post("tokens", Map.of("claims", Map.of("sub", "service")))).isEqualTo(200);
        assertThat(post("reset", Map.of())).isEqualTo(204);
        assertThat(world.fusionAuth.switches().get(Unknown.NoLinks.class)).isEqualTo(Unknown.NoLinks.EMPTY_LIST);
        assertThat(world.fusionAuth.providers()).hasSize(2);
    }

    private int post(String what, Object body) {
        return wire.post("/_sandbox/" + what, "", body).statusCode();
    }
}
