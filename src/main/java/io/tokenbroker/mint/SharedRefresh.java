package io.tokenbroker.mint;

import io.tokenbroker.link.SingleFlight;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.tenant.RefreshGrants;
import io.tokenbroker.tenant.RefreshOutcome.NoToken;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Supplier;

/** One refresh for all who want the same at the same time, and none where its end is known already. Blocks. */
@Singleton
class SharedRefresh {

    private final SingleFlight<Landing> flights = new SingleFlight<>();
    private final RecentOutcomes recent;
    private final RefreshGrants grants;
    private final Providers providers;
    private final Refresher refresher;

    SharedRefresh(RecentOutcomes recent, RefreshGrants grants, Providers providers, Refresher refresher) {
        this.recent = recent;
        this.grants = grants;
        this.providers = providers;
        this.refresher = refresher;
    }

    /**
     * @param insisting whether the caller knows better than a recent refusal of the same
     * @param acceptance of a token that the store shares; {@link Acceptance#NONE} and those who reject one do not join
     *     the others
     * @param ifCachedMeanwhile a token that will do after all: another flight may have ended since the caller looked
     */
    Landing of(Wanted wanted, boolean insisting, Acceptance acceptance, Supplier<Optional<Minted>> ifCachedMeanwhile) {
        return flights.share(
                new Flight(wanted.key(), acceptance.isPicky()),
                () -> ifCachedMeanwhile
                        .get()
                        .<Landing>map(minted -> new Landing.Arrived(minted, false))
                        .or(() -> known(wanted, insisting))
                        .orElseGet(() -> refresher.refresh(wanted, acceptance, insisting)));
    }

    /** What the tenant refused a moment ago, and would again. */
    Optional<Refused> lately(Wanted wanted) {
        return recent.current(wanted, false).filter(Refused.class::isInstance).map(Refused.class::cast);
    }

    private Optional<Landing> known(Wanted wanted, boolean insisting) {
        return recent.current(wanted, insisting)
                .or(() -> heldBack(wanted.provider()))
                .map(Landing.Missed::new);
    }

    /** If the tenant refuses our client, first checks whether its configuration has changed. */
    private Optional<NoToken> heldBack(Provider provider) {
        var why = grants.heldBack(provider.tokenEndpoint());
        return why.filter(Refused.class::isInstance).isPresent() && isMended(provider) ? Optional.empty() : why;
    }

    private boolean isMended(Provider provider) {
        return providers
                .readAgain(provider.id())
                .filter(now -> !now.tokenEndpoint().equals(provider.tokenEndpoint()))
                .isPresent();
    }

    /** @param picky whether a token that others take may not do */
    private record Flight(Wanted.Key key, boolean picky) {}
}
