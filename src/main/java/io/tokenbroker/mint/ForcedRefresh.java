package io.tokenbroker.mint;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.SingleFlight;
import io.tokenbroker.mint.MintRequest.Ask;
import io.tokenbroker.policy.RefreshTurns.Turn;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.refresh.Acceptance;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.refresh.AccessToken;
import io.tokenbroker.refresh.RefusalProblems;
import io.tokenbroker.refresh.SharedRefresh;
import io.tokenbroker.refresh.TokenCache;
import io.tokenbroker.refresh.TokenSpec;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A refresh although a usable token is there. A client has a turn per target and interval, and one per account if it
 * forces it; its calls for the same at the same time share one refresh. Blocks.
 */
@Singleton
class ForcedRefresh {

    private final SingleFlight<RefreshResult> flights = new SingleFlight<>();
    private final SingleFlight<Optional<List<Turn>>> drops = new SingleFlight<>();
    private final SharedRefresh refresh;
    private final TokenCache cache;

    ForcedRefresh(SharedRefresh refresh, TokenCache cache) {
        this.refresh = refresh;
        this.cache = cache;
    }

    /**
     * Refreshes whatever is cached.
     *
     * @throws BrokerException if it is not the client's turn
     */
    RefreshResult refresh(MintTurn turn, Acceptance acceptance) {
        return flights.share(turn.flight(), result -> acceptance.acceptsShared(result, true), () -> {
            turn.require();
            return within(turn::giveBack, () -> refresh.of(turn.spec, true, acceptance));
        });
    }

    /**
     * Drops the cached token if it is one that its resource has rejected. Callers at the same time share the turn.
     *
     * @throws BrokerException if it is not the client's turn; the token stays for the others
     */
    void drop(MintTurn turn, Predicate<AccessToken> rejected) {
        turn.taken = drops.share(turn.flight(), () -> {
            if (cache.getAnyway(turn.spec).filter(rejected).isPresent()) {
                turn.require();
                cache.dropIf(turn.spec, rejected);
            }
            return turn.taken;
        });
    }

    /** Asks, and gives the turn back where no answer came. One that could not be used was an answer all the same. */
    RefreshResult within(Runnable giveBack, Supplier<RefreshResult> ask) {
        var answered = false;
        try {
            var result = ask.get();
            answered = result instanceof RefreshResult.Arrived
                    || (result instanceof RefreshResult.Missed missed && missed.why() instanceof Refused);
            return result;
        } catch (BrokerException failed) {
            answered = failed.type() == ProblemType.UPSTREAM_ERROR;
            throw failed;
        } finally {
            if (!answered) {
                giveBack.run();
            }
        }
    }

    MintTurn turn(Ask ask, TokenSpec spec) {
        return new MintTurn(ask.client(), spec, spec.turns(ask.isForced()));
    }

    /** The turn that one mint takes if it passes over a usable token: once, however often that is found. */
    final class MintTurn {

        private final Caller.Client client;
        private final TokenSpec spec;
        private final List<String> names;
        private Optional<List<Turn>> taken = Optional.empty();

        private MintTurn(Caller.Client client, TokenSpec spec, List<String> names) {
            this.client = client;
            this.spec = spec;
            this.names = names;
        }

        /** Whether it is the client's turn. */
        boolean take() {
            if (taken.isEmpty()) {
                taken = client.policy().forced().take(names);
            }
            return taken.isPresent();
        }

        /** The tenant's last refusal, else when to come back. */
        BrokerException tooEarly() {
            return refresh.lately(spec)
                    .map(why -> RefusalProblems.refused(spec, why))
                    .orElseGet(() -> client.policy().forced().refused(names));
        }

        private void require() {
            if (!take()) {
                throw tooEarly();
            }
        }

        void giveBack() {
            taken.ifPresent(turns -> turns.forEach(Turn::giveBack));
        }

        private Flight flight() {
            return new Flight(client.name(), spec.key());
        }
    }

    private record Flight(String client, TokenSpec.Key key) {}
}
