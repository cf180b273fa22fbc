package io.tokenbroker.mint;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.SingleFlight;
import io.tokenbroker.policy.ForcedRefreshes;
import io.tokenbroker.policy.ForcedRefreshes.Turn;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A refresh although a token is cached, by {@code force_refresh} or for a rejected token. A client has a turn per account
 * and interval; its calls for the same at the same time share one refresh. Blocks.
 */
@Singleton
class ForcedRefresh {

    private final SingleFlight<Landing> flights = new SingleFlight<>();
    private final SharedRefresh refresh;
    private final TokenCache cache;

    ForcedRefresh(SharedRefresh refresh, TokenCache cache) {
        this.refresh = refresh;
        this.cache = cache;
    }

    /**
     * @throws BrokerException if it is not the client's turn: the tenant's last refusal, else when to come back
     */
    Landing of(Caller.Client client, Wanted wanted, Acceptance acceptance) {
        var forced = client.policy().forced();
        Supplier<Landing> ask = () -> refresh.of(wanted, true, acceptance);
        var landing = flights.share(new Flight(client.name(), wanted.key()), () -> {
            var turn = forced.take(wanted.grant()).orElseThrow(() -> tooEarly(forced, wanted));
            return within(Optional.of(turn), ask);
        });
        return acceptance.acceptsShared(landing, true) ? landing : ask.get();
    }

    /**
     * Drops the cached token if it is one that its resource has rejected. Who comes second finds it gone.
     *
     * @return the turn that this takes; empty where nothing is dropped
     * @throws BrokerException if it is not the client's turn; the token stays for the others
     */
    Optional<Turn> drop(Caller.Client client, Wanted wanted, Predicate<AccessToken> rejected) {
        var forced = client.policy().forced();
        var turn = new AtomicReference<Optional<Turn>>(Optional.empty());
        cache.dropIf(wanted, token -> {
            if (rejected.test(token)) {
                turn.set(Optional.of(forced.take(wanted.grant()).orElseThrow(() -> forced.refused(wanted.grant()))));
            }
            return turn.get().isPresent();
        });
        return turn.get();
    }

    /** Asks, and gives the turn back where no answer came. One that could not be used was an answer all the same. */
    Landing within(Optional<Turn> turn, Supplier<Landing> ask) {
        var answered = false;
        try {
            var landing = ask.get();
            answered = landing instanceof Landing.Arrived
                    || (landing instanceof Landing.Missed missed && missed.why() instanceof Refused);
            return landing;
        } catch (BrokerException failed) {
            answered = failed.type() == ProblemType.UPSTREAM_ERROR;
            throw failed;
        } finally {
            if (!answered) {
                turn.ifPresent(Turn::giveBack);
            }
        }
    }

    private BrokerException tooEarly(ForcedRefreshes forced, Wanted wanted) {
        return refresh.lately(wanted)
                .map(why -> Answers.refused(wanted, why))
                .orElseGet(() -> forced.refused(wanted.grant()));
    }

    private record Flight(String client, Wanted.Key key) {}
}
