package io.tokenbroker.sandbox.fusionauth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.function.Consumer;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FusionAuthTokensTest {

    private final FusionAuthStandIn fusionAuth = new FusionAuthStandIn(0);

    @BeforeEach
    void start() {
        fusionAuth.start();
    }

    @AfterEach
    void close() {
        fusionAuth.close();
    }

    @Test
    void goodTokensOfEveryAlgorithmVerify() {
        assertThat(verifies(good -> {})).isTrue();
        assertThat(verifies(token -> token.algorithm("PS256"))).isTrue();
        assertThat(verifies(token -> token.algorithm("ES256"))).isTrue();
        assertThat(verifies(token -> token.subject("service:nightly"))).isTrue();
    }

    @Test
    void badTokensDoNot() {
        assertThat(verifies(token -> token.without("aud"))).isFalse();
        assertThat(verifies(token -> token.audience("another"))).isFalse();
        assertThat(verifies(token -> token.issuer("https://elsewhere"))).isFalse();
        assertThat(verifies(
                        token -> token.expiresAt(fusionAuth.clock().instant().minus(Duration.ofHours(1)))))
                .isFalse();
        assertThat(verifies(token -> token.algorithm("HS256"))).isFalse();
        assertThat(verifies(token -> token.algorithm("none"))).isFalse();
        assertThat(verifies(TokenRecipe::unknownKey)).isFalse();
    }

    @Test
    void rotatedKeyIsPublishedBesideTheOldOneUntilThatIsDropped() {
        var before = fusionAuth.accessToken(FusionAuthStandIn.ALICE_ID);
        fusionAuth.rotateKey("ES256");

        assertThat(verifies(before)).isTrue();
        assertThat(verifies(good -> {})).isTrue();

        fusionAuth.dropOldKeys();
        assertThat(verifies(before)).isFalse();
        assertThat(verifies(good -> {})).isTrue();
    }

    @Test
    void jwksMayBeDownAndCounts() {
        var wire = new Wire(fusionAuth);
        fusionAuth.jwksOutage(true);
        assertThat(wire.get(WellKnown.JWKS).statusCode()).isEqualTo(503);

        fusionAuth.jwksOutage(false);
        assertThat(wire.get(WellKnown.JWKS).body()).contains("\"kid\"").doesNotContain("\"d\"");
        assertThat(fusionAuth.jwksRequests()).isEqualTo(2);
    }

    private boolean verifies(Consumer<TokenRecipe> changes) {
        return verifies(fusionAuth.issueToken(changes));
    }

    private boolean verifies(String token) {
        var consumer = new JwtConsumerBuilder()
                .setVerificationKeyResolver(
                        new HttpsJwksVerificationKeyResolver(new HttpsJwks(fusionAuth.url() + WellKnown.JWKS)))
                .setJwsAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, "RS256", "PS256", "ES256"))
                .setEvaluationTime(NumericDate.now())
                .setExpectedIssuer(fusionAuth.issuer())
                .setExpectedAudience(FusionAuthStandIn.APPLICATION_ID.toString())
                .setRequireExpirationTime()
                .build();
        try {
            consumer.processToClaims(token);
            return true;
        } catch (InvalidJwtException refused) {
            return false;
        }
    }
}
