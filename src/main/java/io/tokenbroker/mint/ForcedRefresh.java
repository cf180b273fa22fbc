package io.tokenbroker.mint;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.link.SingleFlight;
import io.tokenbroker.policy.RefreshTurns.Turn;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A refresh although a usable token is there. A client has a turn per target and interval, and one per account if it
 * insists; its calls for the same at the same time share one refresh. Blocks.
 */
@Singleton
class ForcedRefresh {

    private final SingleFlight<Landing> flights = new SingleFlight<>();
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
    Landing insist(MintTurn turn, Acceptance acceptance) {
        return flights.share(turn.flight(), landing -> acceptance.acceptsShared(landing, true), () -> {
            turn.require();
            return within(turn::giveBack, () -> refresh.of(turn.wanted, true, acceptance));
        });
    }

    /**
     * Drops the cached token if it is one that its resource has rejected. Callers at the same time share the turn.
     *
     * @throws BrokerException if it is not the client's turn; the token stays for the others
     */
    void drop(MintTurn turn, Predicate<AccessToken> rejected) {
        turn.taken = drops.share(turn.flight(), () -> {
            if (cache.getAnyway(turn.wanted).filter(rejected).isPresent()) {
                turn.require();
                cache.dropIf(turn.wanted, rejected);
            }
            return turn.taken;
        });
    }

    /** Asks, and gives the turn back where no answer came. One that could not be used was an answer all the same. */
    Landing within(Runnable giveBack, Supplier<Landing> ask) {
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
                giveBack.run();
            }
        }
    }

    MintTurn turn(Ask ask, Wanted wanted) {
        return new MintTurn(ask.client(), wanted, wanted.turns(ask.insists()));
    }

    /** The turn that one mint takes if it passes over a usable token: once, however often that is found. */
    final class MintTurn {

        private final Caller.Client client;
        private final Wanted wanted;
        private final List<String> names;
        private Optional<List<Turn>> taken = Optional.empty();

        private MintTurn(Caller.Client client, Wanted wanted, List<String> names) {
            this.client = client;
            this.wanted = wanted;
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
            return refresh.lately(wanted)
                    .map(why -> Answers.refused(wanted, why))
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
            return new Flight(client.name(), wanted.key());
        }
    }

    private record Flight(String client, Wanted.Key key) {}
}
