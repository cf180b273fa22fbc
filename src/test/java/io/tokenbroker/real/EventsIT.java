package io.tokenbroker.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenbroker.link.AccountId;
import io.tokenbroker.sandbox.Sandbox;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.sandbox.process.BrokerProcess;
import io.tokenbroker.sandbox.process.FreePort;
import io.tokenbroker.sandbox.process.PostgresServer;
import io.tokenbroker.sandbox.receiver.EventReceiver;
import io.tokenbroker.sandbox.receiver.EventReceiver.Received;
import io.tokenbroker.support.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two replicas, their receiver of events, and who of them is killed. */
@Timeout(240)
class EventsIT {

    private static final String SECRET = "whsec_c2lnbmluZy1zZWNyZXQtb2YtdGhlLXByb2Nlc3Nlcw==";
    private static final int RECEIVER_PORT = FreePort.any();

    @AutoClose
    private static final Sandbox SANDBOX = Sandbox.start(0, 0);

    @AutoClose
    private static final PlainProvider PLAIN = new PlainProvider();

    private static final UUID PLAIN_ID = UUID.randomUUID();
    private static final PostgresServer POSTGRES = new PostgresServer(Sandbox.stores());
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final List<Received> taken = new CopyOnWriteArrayList<>();

    @AfterAll
    static void stop() {
        POSTGRES.dump(Sandbox.stores().resolve("postgres-events-dump.txt"));
        POSTGRES.close();
    }

    @Test
    void noEventIsLostWhileReceiverBrokerAndReplicaAreKilled() {
        SANDBOX.fusionAuth().addProvider(PLAIN.registered("Plain").withId(PLAIN_ID));
        try (var one = new BrokerProcess("events-replica-one", settings()).start();
                var another = new BrokerProcess("events-replica-two", settings()).start()) {
            var told = new HashSet<String>();
            try (var receiver = receiver()) {
                told.addAll(minted(one, accounts("with-all", 20)));
                Waiting.until(() -> linked().containsAll(told));
                assertThat(receiver.received()).isNotEmpty();
            }

            // The receiver is away.
            told.addAll(minted(another, accounts("without-receiver", 20)));
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var accounts = accounts("in-the-crash", 40);
                var minting = accounts.stream()
                        .map(account -> CompletableFuture.supplyAsync(() -> isMinted(one, account), threads))
                        .toList();
                minting.getFirst().join();
                one.kill();
                IntStream.range(0, accounts.size())
                        .filter(i -> minting.get(i).join())
                        .forEach(i -> told.add(accounts.get(i)));
            }
            another.kill();
            another.start();

            // The first replica is away for good, and the receiver is back.
            try (var receiver = receiver()) {
                told.addAll(minted(another, accounts("after-all", 20)));
                Waiting.until(() -> linked().containsAll(told), Duration.ofMinutes(2));
                assertThat(receiver.received()).isNotEmpty();
            }
        }

        var ids = taken.stream().collect(Collectors.groupingBy(event -> event.data("account_id"), idsOf()));
        assertThat(ids.values()).allSatisfy(ofOne -> assertThat(ofOne).hasSize(1));
    }

    @Test
    void whatComesTwiceCarriesTheSameIdAndAnAccountsEventsComeInOrder() {
        var providerId = UUID.randomUUID();
        try (var provider = new PlainProvider();
                var one = new BrokerProcess("events-sender", settings());
                var another = new BrokerProcess("events-heir", settings())) {
            SANDBOX.fusionAuth()
                    .addProvider(provider.registered("Across the kill").withId(providerId));
            SANDBOX.fusionAuth()
                    .addLink(
                            FusionAuthStandIn.ALICE_ID,
                            providerId,
                            "across",
                            "across",
                            provider.refreshToken("across"));
            var account = new AccountId(providerId, "across").toString();
            one.start();

            try (var hanging = new EventReceiver(RECEIVER_PORT, SECRET, this::takeAndHang)) {
                assertThat(isMinted(one, account)).isTrue();
                Waiting.until(() -> !of(account).isEmpty());
                one.kill();
                assertThat(hanging.received()).isNotEmpty();
            }

            // The receiver is away until the claim of the dead replica has ended, which is a minute.
            another.start();
            provider.refusesRefreshes(Map.of("error", "invalid_grant"));
            assertThat(status(mint(another, account, "{\"force_refresh\":true}")))
                    .isEqualTo(409);
            assertThat(status(unlink(another, account))).isEqualTo(204);
            assertThat(of(account)).hasSize(1);
            Waiting.until(
                    () -> metrics(another).contains("broker_events_total{outcome=\"failed\""), Duration.ofMinutes(2));

            try (var receiver = receiver()) {
                Waiting.until(() -> of(account).size() == 4, Duration.ofMinutes(1));
                assertThat(receiver.received()).isNotEmpty();
            }
            assertThat(of(account).stream().map(Received::type))
                    .containsExactly(
                            "account.linked", "account.linked", "account.reauthorization_required", "account.unlinked");
            assertThat(of(account).get(1).id()).isEqualTo(of(account).get(0).id());
            assertThat(of(account).stream().map(Received::id).distinct()).hasSize(3);
        }
    }

    private List<Received> of(String account) {
        return taken.stream()
                .filter(event -> event.data("account_id").equals(account))
                .toList();
    }

    private void takeAndHang(Received event) {
        taken.add(event);
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private static Collector<Received, ?, Set<String>> idsOf() {
        return Collectors.mapping(Received::id, Collectors.toSet());
    }

    private EventReceiver receiver() {
        return new EventReceiver(RECEIVER_PORT, SECRET, taken::add);
    }

    /** The accounts of whose linking the receiver has been told. */
    private Set<String> linked() {
        return taken.stream()
                .filter(event -> event.type().equals("account.linked"))
                .map(event -> event.data("account_id"))
                .collect(Collectors.toSet());
    }

    private static Map<String, String> settings() {
        var settings = new HashMap<>(POSTGRES.settings(SANDBOX.settingsOfTheImpatient()));
        settings.put("broker.events.operations.url", "http://localhost:" + RECEIVER_PORT + "/events");
        settings.put("broker.events.operations.secret", SECRET);
        return settings;
    }

    private static List<String> accounts(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    var identity = name + "-" + i;
                    SANDBOX.fusionAuth()
                            .addLink(
                                    FusionAuthStandIn.ALICE_ID,
                                    PLAIN_ID,
                                    identity,
                                    identity,
                                    PLAIN.refreshToken(identity));
                    return new AccountId(PLAIN_ID, identity).toString();
                })
                .toList();
    }

    private static List<String> minted(BrokerProcess broker, List<String> accounts) {
        assertThat(accounts)
                .allSatisfy(account -> assertThat(isMinted(broker, account)).isTrue());
        return accounts;
    }

    private static boolean isMinted(BrokerProcess broker, String account) {
        return status(mint(broker, account, "{}")) == 200;
    }

    private static HttpRequest mint(BrokerProcess broker, String account, String body) {
        return HttpRequest.newBuilder(URI.create(broker.url() + "/accounts/" + account + "/token"))
                .header("Authorization", "Bearer " + Sandbox.DEMO_KEY)
                .header("Content-Type", "application/json")
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static HttpRequest unlink(BrokerProcess broker, String account) {
        return HttpRequest.newBuilder(URI.create(broker.url() + "/accounts/" + account))
                .header("Authorization", "Bearer " + SANDBOX.fusionAuth().accessToken(FusionAuthStandIn.ALICE_ID))
                .version(HttpClient.Version.HTTP_1_1)
                .DELETE()
                .build();
    }

    private static String metrics(BrokerProcess broker) {
        var request = HttpRequest.newBuilder(broker.management().resolve("/q/metrics"))
                .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** 0 for a broker that was killed. */
    private static int status(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException killed) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
