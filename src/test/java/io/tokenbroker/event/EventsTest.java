package io.tokenbroker.event;

import static io.tokenbroker.event.TwoReceivers.HELP_DESK;
import static io.tokenbroker.event.TwoReceivers.OPERATIONS;
import static io.tokenbroker.mint.Minting.ARM;
import static io.tokenbroker.mint.Minting.BLAKE;
import static io.tokenbroker.mint.Minting.CASEY;
import static io.tokenbroker.mint.Minting.mintAnew;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.receiver.EventReceiver;
import io.tokenbroker.sandbox.receiver.EventReceiver.Received;
import io.tokenbroker.sandbox.wire.Reply;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.BrokerTest;
import io.tokenbroker.support.Json;
import io.tokenbroker.support.Management;
import io.tokenbroker.support.StoreMemory;
import io.tokenbroker.support.TestTime;
import io.tokenbroker.support.Waiting;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What receivers are told, how often, in which order, and what happens while one does not answer. */
@QuarkusTest
@TestProfile(TwoReceivers.class)
class EventsTest extends BrokerTest {

    @Inject
    ProviderStates providers;

    @Inject
    Delivery delivery;

    @Inject
    MeterRegistry metrics;

    @BeforeEach
    void forget() {
        providers.look();
        TwoReceivers.forget();
    }

    @Test
    void anAccountThatIsSeenForTheFirstTimeIsTold() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);

        var event = only(OPERATIONS, "account.linked");

        assertThat(event.event().path("specversion").asText()).isEqualTo("1.0");
        assertThat(event.event().path("id").asText()).isEqualTo(event.id());
        assertThat(event.event().path("source").asText()).isEqualTo("urn:token-broker");
        assertThat(event.event().path("subject").asText()).isEqualTo(account);
        assertThat(event.headers().get("content-type")).isEqualTo("application/cloudevents+json");
        assertThat(event.data("account_id")).isEqualTo(account);
        assertThat(event.data("provider_id")).isEqualTo(Sandbox.CONTOSO.toString());
        assertThat(event.data("user_id")).isEqualTo(FusionAuthStandIn.ALICE_ID.toString());
    }

    @Test
    void anUnlinkedAccountIsTold() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        Broker.alice().delete("/accounts/{id}", account).then().statusCode(204);

        arrived(OPERATIONS, 2);

        assertThat(types(OPERATIONS)).containsExactly("account.linked", "account.unlinked");
    }

    @Test
    void aReceiverHearsOfTheTypesThatItWants() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        revoked(account);

        var event = only(HELP_DESK, "account.reauthorization_required");

        assertThat(event.data("account_id")).isEqualTo(account);
        assertThat(event.data("reason")).isNotEmpty();
        arrived(OPERATIONS, 2);
        assertThat(types(OPERATIONS)).containsExactly("account.linked", "account.reauthorization_required");
    }

    @Test
    void whatIsMarkedAlreadyIsNotToldAgain() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        revoked(account);
        TestTime.advance(Duration.ofMinutes(20));
        mint(account, 409);
        arrived(OPERATIONS, 2);

        Broker.link(Sandbox.FABRIKAM, CASEY);
        arrived(OPERATIONS, 3);

        assertThat(types(OPERATIONS))
                .containsExactly("account.linked", "account.reauthorization_required", "account.linked");
    }

    @Test
    void anEventThatIsNotTakenComesAgainByTheSameIdAndTheNextWaitsForIt() {
        OPERATIONS.answers(Reply.empty(500));
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        revoked(account);
        arrived(OPERATIONS, 1);
        OPERATIONS.answers(Reply.redirect(HELP_DESK.url().toString()));
        TestTime.advance(Duration.ofSeconds(6));
        arrived(OPERATIONS, 2);
        OPERATIONS.answers(Reply.empty(204));
        TestTime.advance(Duration.ofSeconds(11));
        arrived(OPERATIONS, 4);

        assertThat(types(OPERATIONS))
                .containsExactly(
                        "account.linked", "account.linked", "account.linked", "account.reauthorization_required");
        assertThat(OPERATIONS.received().subList(0, 3).stream()
                        .map(Received::id)
                        .distinct())
                .hasSize(1);
        assertThat(bodies().subList(0, 3).stream().distinct()).hasSize(1);
    }

    @Test
    void whatIsNotTakenForThreeDaysIsGivenUpAndTheNextGoes() {
        OPERATIONS.answers(Reply.dropped());
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        arrived(OPERATIONS, 1);
        revoked(account);
        StoreMemory.eventsWereTriedFor(Duration.ofDays(3));
        TestTime.advance(Duration.ofSeconds(6));
        Waiting.until(() -> types(OPERATIONS).contains("account.reauthorization_required"));
        OPERATIONS.answers(Reply.empty(204));
        // It was tried once until now, though it happened three days ago.
        TestTime.advance(Duration.ofSeconds(6));

        Waiting.until(() -> state("waiting") == 0);
        assertThat(state("dead")).isEqualTo(1);
    }

    @Test
    void aWeekendWithoutABrokerIsNoneOfTheThreeDays() {
        OPERATIONS.answers(Reply.dropped());
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        revoked(account);
        putOff(1);
        TestTime.advance(Duration.ofDays(3));
        putOff(2);
        TestTime.advance(Duration.ofSeconds(11));
        putOff(3);
        OPERATIONS.answers(Reply.empty(204));
        TestTime.advance(Duration.ofSeconds(21));

        Waiting.until(() -> state("waiting") == 0);
        assertThat(state("dead")).isZero();
        var sent = types(OPERATIONS);
        assertThat(sent.getLast()).isEqualTo("account.reauthorization_required");
        assertThat(sent.subList(0, sent.size() - 1)).hasSizeGreaterThan(3).containsOnly("account.linked");
    }

    @Test
    void whatWaitsForThirtyDaysBehindAnotherIsGivenUpAndCounted() {
        OPERATIONS.answers(Reply.empty(500));
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        revoked(account);
        putOff(1);
        var dead = dead();
        TestTime.advance(Duration.ofDays(31));
        putOff(2);

        delivery.dropOld();
        assertThat(state("dead"))
                .as("before the first has been tried for a day")
                .isZero();
        StoreMemory.eventsWereTriedFor(Duration.ofHours(25));
        delivery.dropOld();

        assertThat(state("dead")).isOne();
        assertThat(state("waiting")).isOne();
        assertThat(dead() - dead).isOne();
    }

    private double dead() {
        return metrics.counter("broker.events", "receiver", "operations", "outcome", "dead")
                .count();
    }

    @Test
    void aRefreshTokenThatEntraDropsSoonIsToldOnce() {
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        TestTime.advance(Duration.ofDays(75));
        Broker.link(Sandbox.FABRIKAM, CASEY);
        TestTime.advance(Duration.ofDays(2));
        arrived(OPERATIONS, 3);

        var event = OPERATIONS.received().getLast();
        assertThat(event.type()).isEqualTo("account.expiring");
        assertThat(event.data("account_id")).isEqualTo(account);
        assertThat(Instant.parse(event.data("refresh_token_expires_at")))
                .isBetween(event.at().plus(Duration.ofDays(12)), event.at().plus(Duration.ofDays(14)));

        TestTime.advance(Duration.ofDays(1));
        mintAnew(account, ARM).then().statusCode(200);
        TestTime.advance(Duration.ofDays(77));
        arrived(OPERATIONS, 5);
        assertThat(types(OPERATIONS))
                .containsExactly(
                        "account.linked", "account.linked", "account.expiring", "account.expiring", "account.expiring");
    }

    @Test
    void aProviderThatRefusesTheBrokersClientIsToldOnceAndAgainWhenItWorks() {
        var one = Broker.link(Sandbox.CONTOSO, BLAKE);
        var another = Broker.link(Sandbox.CONTOSO, "bea@contoso.com");
        arrived(OPERATIONS, 2);
        var app = sandbox().entra().app();
        app.expireSecrets();
        for (var account : List.of(one, another)) {
            mintAnew(account, ARM).then().statusCode(502);
        }
        arrived(OPERATIONS, 3);
        app.addSecret(app.secret(), Duration.ofDays(300));
        TestTime.advance(Duration.ofSeconds(90));
        mintAnew(another, ARM).then().statusCode(200);
        TestTime.advance(Duration.ofMinutes(5));
        mintAnew(one, ARM).then().statusCode(200);

        arrived(OPERATIONS, 4);
        assertThat(types(OPERATIONS))
                .containsExactly("account.linked", "account.linked", "provider.misconfigured", "provider.recovered");
        assertThat(OPERATIONS.received().getLast().data("provider_id")).isEqualTo(Sandbox.CONTOSO.toString());
    }

    @Test
    void aReceiverThatHangsDelaysNoOther() {
        OPERATIONS.answers(Reply.stalled());
        HELP_DESK.forget();
        var account = Broker.link(Sandbox.CONTOSO, BLAKE);
        arrived(OPERATIONS, 1);

        revoked(account);

        only(HELP_DESK, "account.reauthorization_required");
    }

    @Test
    void operatorsSeeWhatWaits() {
        OPERATIONS.answers(Reply.empty(503));
        Broker.link(Sandbox.CONTOSO, BLAKE);
        arrived(OPERATIONS, 1);

        var answer = Management.given().get("/q/events");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Json.<Integer>at(answer, "receivers[?(@.name == 'operations')].waiting"))
                .isOne();
        assertThat(Json.<Integer>at(answer, "receivers[?(@.name == 'help-desk')].waiting"))
                .isZero();
        assertThat(Json.<String>at(answer, "receivers[?(@.name == 'help-desk')].url"))
                .isEqualTo(HELP_DESK.url().toString());
        assertThat(answer.asString())
                .doesNotContain("whsec_")
                .doesNotContain(TwoReceivers.SECRET.substring(6))
                .doesNotContain("from=broker")
                .doesNotContain("/events");
    }

    private static void mint(String account, int status) {
        mintAnew(account, ARM).then().statusCode(status);
    }

    private static void revoked(String account) {
        sandbox().entra().directory().revokeSessions(BLAKE);
        mint(account, 409);
    }

    private static Received only(EventReceiver receiver, String type) {
        arrived(receiver, 1);
        assertThat(types(receiver)).containsExactly(type);
        return receiver.received().getFirst();
    }

    /** So many times at least has the first been tried and put off. */
    private static void putOff(int attempts) {
        var sql = "SELECT attempts FROM events WHERE failure IS NOT NULL AND claimed_until = 0 AND attempts >= ?";
        Waiting.until(() -> !StoreMemory.database()
                .rows("attempts", row -> row.getInt(1), sql, attempts)
                .isEmpty());
    }

    private static void arrived(EventReceiver receiver, int events) {
        Waiting.until(() -> receiver.received().size() >= events);
    }

    private static List<String> types(EventReceiver receiver) {
        return receiver.received().stream().map(Received::type).toList();
    }

    private static int state(String member) {
        return Json.at(Management.given().get("/q/events"), "receivers[?(@.name == 'operations')]." + member);
    }

    private static List<String> bodies() {
        return OPERATIONS.received().stream()
                .map(received -> received.event().toString())
                .toList();
    }
}
