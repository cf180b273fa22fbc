package io.tokenbroker.sandbox.entra;

import static io.tokenbroker.sandbox.entra.EntraClient.ARM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenbroker.sandbox.entra.EntraFault.Kind;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntraFaultsTest {

    private static final String USER = "b@contoso.com";

    private final EntraStandIn entra = new EntraStandIn(0);
    private final EntraClient client = new EntraClient(entra);

    private String token = "";

    @BeforeEach
    void link() throws Exception {
        entra.start();
        token = client.refreshTokenOf(USER);
    }

    @AfterEach
    void stop() {
        client.close();
        entra.close();
    }

    @ParameterizedTest
    @CsvSource({
        "50173, 400, invalid_grant, token_expired, false",
        "700082, 400, invalid_grant, bad_token, false",
        "50076, 400, invalid_grant, basic_action, true",
        "53003, 400, invalid_grant, message_only, true",
        "70043, 400, interaction_required, token_expired, false",
        "7000222, 401, invalid_client, '', false",
        "90033, 503, temporarily_unavailable, '', false",
        "50196, 400, invalid_grant, '', false",
        "90055, 429, temporarily_unavailable, '', false"
    })
    void catalogueRows(int number, int status, String error, String suberror, boolean claims) throws Exception {
        entra.faults().add(EntraFault.aadsts(number));

        var answer = refresh();

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(number);
        assertThat(answer.text("error")).isEqualTo(error);
        assertThat(answer.text("suberror")).isEqualTo(suberror);
        assertThat(answer.json().path("claims").isTextual()).isEqualTo(claims);
    }

    @Test
    void clientLoopIs429ToThoseWhoUnderstandIt() throws Exception {
        entra.faults().add(EntraFault.aadsts(50196));

        var answer = client.refresh("common", token, ":x-ms-lib-capability", "retry-after, h429");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Retry-After")).isEqualTo("30");
    }

    @Test
    void faultsChooseTheirRequests() throws Exception {
        entra.faults()
                .add(EntraFault.aadsts(50076).forUser(USER).onResource(ARM).inTenant("contoso.com"));
        var other = client.refreshTokenOf("bea@contoso.com");

        assertThat(client.refreshFor(token, ARM + "/.default").code()).isEqualTo(50076);
        assertThat(client.refreshFor(token, "User.Read").status()).isEqualTo(200);
        assertThat(client.refreshFor(other, ARM + "/.default").status()).isEqualTo(200);
        assertThat(client.refresh("fabrikam.com", token, "scope", ARM + "/.default")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void faultsCountOrStay() throws Exception {
        entra.faults().add(EntraFault.of(Kind.SERVER_ERROR).times(2));

        assertThat(refresh().status()).isEqualTo(500);
        assertThat(refresh().status()).isEqualTo(500);
        assertThat(refresh().status()).isEqualTo(200);
        assertThat(entra.faults().all()).isEmpty();

        entra.faults().add(EntraFault.aadsts(50076).onGrant("refresh_token"));
        assertThat(refresh().code()).isEqualTo(50076);
        assertThat(client.link(USER).has("access_token")).isTrue();
        entra.faults().clear();
        assertThat(refresh().status()).isEqualTo(200);
    }

    @Test
    void throttlingTellsWhenInEitherForm() throws Exception {
        entra.faults().add(EntraFault.throttled(Duration.ofSeconds(7)).times(1));
        assertThat(refresh().header("Retry-After")).isEqualTo("7");

        entra.faults().add(EntraFault.throttledUntil(Duration.ofMinutes(2)).times(1));
        var date = refresh().header("Retry-After");
        assertThat(ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant())
                .isBetween(Instant.now().plusSeconds(100), Instant.now().plusSeconds(125));
    }

    @Test
    void bodiesThatAreNone() throws Exception {
        entra.faults().add(EntraFault.of(Kind.GARBAGE).times(1));
        entra.faults().add(EntraFault.of(Kind.EMPTY_BODY).times(1).forUser(USER));

        assertThatThrownBy(() -> refresh().json()).isInstanceOf(IOException.class);
        entra.faults().clear();
        entra.faults().add(EntraFault.of(Kind.EMPTY_BODY).times(1));
        assertThat(refresh().raw().body()).isEmpty();
        entra.faults().add(EntraFault.of(Kind.OVERSIZE).times(1));
        assertThat(refresh().raw().body()).hasSizeGreaterThan(1024 * 1024);
        entra.faults()
                .add(EntraFault.redirect(URI.create("http://localhost:1/")).times(1));
        assertThat(refresh().status()).isEqualTo(307);
    }

    @Test
    void droppedBeforeOrAfterTheWork() throws Exception {
        // The client would repeat a POST on a connection it had used before; one request makes that visible.
        entra.faults().add(EntraFault.of(Kind.DROP));
        assertThatThrownBy(this::refresh).isInstanceOf(IOException.class);
        assertThat(entra.refreshTokenCounts().used()).isZero();

        entra.faults().clear();
        entra.faults().add(EntraFault.of(Kind.DROP_AFTER));
        assertThatThrownBy(this::refresh).isInstanceOf(IOException.class);
        assertThat(entra.refreshTokenCounts().used()).isPositive();
    }

    @Test
    void slowBeforeOrAfterTheWork() throws Exception {
        entra.faults().add(EntraFault.slow(Duration.ofMillis(150)).times(1));
        entra.faults().add(EntraFault.slowAfterCommit(Duration.ofMillis(150)).times(1));

        var begin = System.nanoTime();
        assertThat(refresh().status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void hangsUntilReleased() throws Exception {
        entra.faults().add(EntraFault.of(Kind.HANG).times(1));

        var answer = CompletableFuture.supplyAsync(this::statusOfRefresh);
        Waiting.until(() -> entra.faults().hanging() != 0);
        assertThat(answer).isNotDone();
        entra.faults().release();
        assertThat(answer.get()).isEqualTo(200);
    }

    @Test
    void whatHangsAtAResetIsAnsweredOutOfTheStateBefore() throws Exception {
        entra.faults().add(EntraFault.of(Kind.HANG).times(1));

        var answer = CompletableFuture.supplyAsync(this::statusOfRefresh);
        Waiting.until(() -> entra.faults().hanging() != 0);
        entra.reset();
        assertThat(answer.get()).isEqualTo(200);
        assertThat(refresh().status()).isEqualTo(400);
    }

    @Test
    void answersThatDiffer() throws Exception {
        entra.faults().add(EntraFault.of(Kind.EXPIRES_IN_TEXT));
        entra.faults().add(EntraFault.life(Duration.ofMinutes(10)));
        entra.faults().add(EntraFault.refreshIn(Duration.ofMinutes(5)));
        entra.faults().add(EntraFault.of(Kind.NO_REFRESH_TOKEN));

        var answer = refresh().json();

        assertThat(answer.path("expires_in").isTextual()).isTrue();
        assertThat(answer.path("expires_in").asInt()).isEqualTo(600);
        assertThat(answer.path("refresh_in").asInt()).isEqualTo(300);
        assertThat(answer.has("refresh_token")).isFalse();
        entra.faults().add(EntraFault.of(Kind.NO_ACCESS_TOKEN));
        assertThat(refresh().json().has("access_token")).isFalse();
    }

    @Test
    void tokenOfSomebodyElse() throws Exception {
        entra.faults().add(EntraFault.tokenOf("bea@contoso.com"));

        assertThat(entra.introspect(refresh().text("access_token")).user()).isEqualTo("bea@contoso.com");
    }

    private EntraClient.Answer refresh() throws Exception {
        return client.refresh("common", token);
    }

    private int statusOfRefresh() {
        try {
            return refresh().status();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
