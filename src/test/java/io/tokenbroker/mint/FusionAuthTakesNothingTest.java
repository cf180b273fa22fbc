package io.tokenbroker.mint;

import static io.tokenbroker.mint.Minting.LINK_API;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.tokenbroker.account.AccountId;
import io.tokenbroker.sandbox.fusionauth.Fault;
import io.tokenbroker.sandbox.fusionauth.FusionAuthStandIn;
import io.tokenbroker.sandbox.fusionauth.Link;
import io.tokenbroker.sandbox.plain.PlainProvider;
import io.tokenbroker.support.Broker;
import io.tokenbroker.support.LinkingTest;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** FusionAuth can be read and not written: a token that is spent now is in the broker's memory only. */
@QuarkusTest
@Timeout(60)
class FusionAuthTakesNothingTest extends LinkingTest {

    /** So many tokens a broker risks that is killed meanwhile. */
    private static final int BOUND = 8;

    private final PlainProvider plain = plainProvider();
    private UUID plainId = new UUID(0, 0);

    @BeforeEach
    void addPlainProvider() {
        plainId = add(plain.registered("Plain"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.Kind.class,
            names = {"ERROR_500", "UNAVAILABLE_503", "WEBHOOK_504", "RATE_LIMITED_429", "DROP"})
    void onlyAHandfulOfTokensIsSpent(Fault.Kind kind) {
        var accounts = linked("plain", 20);
        sandbox().fusionAuth().fault(Fault.of(kind).on("POST", LINK_API));

        accounts.forEach(FusionAuthTakesNothingTest::isPutOff);
        accounts.forEach(FusionAuthTakesNothingTest::isPutOff);
        assertThat(plain.tokenRequests()).hasSize(BOUND);

        sandbox().fusionAuth().clearFaults();
        accounts.reversed().forEach(FusionAuthTakesNothingTest::mints);
        assertThat(plain.tokenRequests()).hasSize(BOUND + accounts.size());
        everyLinkHoldsAGoodToken(accounts.size());
    }

    @Test
    void tokensThatCannotBeStoredForReasonsOfTheirOwnStopNoOtherAccount() {
        var stuck = linked("stuck", BOUND + 2);
        var others = linked("other", 3);
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.ERROR_500).on("POST", LINK_API).forIdentity("stuck"));
        stuck.forEach(FusionAuthTakesNothingTest::isPutOff);

        others.forEach(FusionAuthTakesNothingTest::mints);

        sandbox().fusionAuth().clearFaults();
        stuck.forEach(FusionAuthTakesNothingTest::mints);
        everyLinkHoldsAGoodToken(stuck.size() + others.size());
    }

    @Test
    void nothingIsSpentWhereTheClaimThatShowsItCannotBeTakenBack() {
        var stuck = linked("stuck", BOUND);
        var other = linked("other", 1).getFirst();
        sandbox()
                .fusionAuth()
                .fault(Fault.of(Fault.Kind.ERROR_500).on("POST", LINK_API).forIdentity("stuck"));
        sandbox().fusionAuth().fault(Fault.of(Fault.Kind.ERROR_500).on("DELETE", LINK_API));
        stuck.forEach(FusionAuthTakesNothingTest::isPutOff);

        isPutOff(other);
        assertThat(plain.tokenRequests()).hasSize(BOUND);

        sandbox().fusionAuth().clearFaults();
        mints(other);
        stuck.forEach(FusionAuthTakesNothingTest::mints);
        everyLinkHoldsAGoodToken(BOUND + 1);
    }

    private List<String> linked(String name, int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> link("%s-%02d".formatted(name, i)))
                .toList();
    }

    private String link(String identity) {
        sandbox()
                .fusionAuth()
                .addLink(FusionAuthStandIn.ALICE_ID, plainId, identity, identity, plain.refreshToken(identity));
        return new AccountId(plainId, identity).toString();
    }

    private static void isPutOff(String account) {
        Broker.mint(account, Map.of())
                .then()
                .statusCode(503)
                .body("code", equalTo("fusionauth_unavailable"))
                .header("Retry-After", notNullValue());
    }

    private static void mints(String account) {
        Broker.mint(account, Map.of()).then().statusCode(200).body("source", equalTo("refresh"));
    }

    private void everyLinkHoldsAGoodToken(int number) {
        assertThat(tokens()).hasSize(number).allMatch(plain::isGood);
    }

    private static Stream<String> tokens() {
        return sandbox().fusionAuth().links().stream().map(Link::token).map(String::valueOf);
    }
}
