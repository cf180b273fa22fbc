package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.AccountLocks;
import io.tokenbroker.account.AccountStates;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.RefreshTokens;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.account.RememberedLinks.Remembered;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshOutcome.NoToken;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/** Gets a new access token from the tenant and keeps what came with it, be it a rotated token or a refusal. Blocks. */
@ApplicationScoped
class Refresher {

    private final Inquiry inquiry;
    private final RememberedLinks links;
    private final RefreshTokens refreshTokens;
    private final AccountLocks locks;
    private final AccountStates states;
    private final TokenCache cache;
    private final RecentOutcomes recent;
    private final Clock clock;

    Refresher(
            Inquiry inquiry,
            RememberedLinks links,
            RefreshTokens refreshTokens,
            AccountLocks locks,
            AccountStates states,
            TokenCache cache,
            RecentOutcomes recent,
            Clock clock) {
        this.inquiry = inquiry;
        this.links = links;
        this.refreshTokens = refreshTokens;
        this.locks = locks;
        this.states = states;
        this.cache = cache;
        this.recent = recent;
        this.clock = clock;
    }

    Landing refresh(Wanted wanted) {
        var remembered = wanted.remembered();
        if (wanted.provider().rotation() == Rotation.REUSABLE) {
            return refresh(wanted.as(settled(remembered)), this::keepIfOld);
        }
        // The token is spent by its use: nobody else may use or replace it until the next one is stored.
        return exclusively(remembered.link(), () -> refresh(wanted.as(settle(remembered)), this::keep));
    }

    private Landing refresh(Wanted wanted, KeepRotated keep) {
        var askedAt = clock.instant();
        var verdict = inquiry.ask(wanted);
        return switch (verdict.outcome()) {
            case Refreshed refreshed -> arrived(verdict.about(), refreshed, askedAt, keep);
            case NoToken why -> {
                mark(verdict.about().remembered().link(), why);
                recent.note(verdict.about(), why);
                yield new Landing.Missed(why);
            }
        };
    }

    private Landing arrived(Wanted wanted, Refreshed refreshed, Instant askedAt, KeepRotated keep) {
        var link = wanted.remembered().link();
        IdentityCheck.require(wanted.provider(), link, refreshed.idToken());
        var next = refreshed.refreshToken().filter(newer -> !link.token().equals(Optional.of(newer)));
        next.ifPresent(newer -> keep.keep(link, newer));
        states.markWorking(wanted.account());
        recent.noteWorking(wanted);
        var accessToken = AccessToken.of(refreshed, askedAt);
        // Keeping a rotated token leaves the epoch as it is. If a person signed in meanwhile there is another by now,
        // and nobody finds what the older grant gave.
        cache.put(TokenCache.Key.of(wanted), accessToken);
        return new Landing.Arrived(new Minted(accessToken, Source.REFRESH), next.isPresent());
    }

    private void mark(Link link, NoToken why) {
        if (why instanceof Refused refused && refused.refusal() == Refusal.REAUTHORIZATION_REQUIRED) {
            link.token().ifPresent(token -> states.markRefused(AccountId.of(link), token, refused.reason()));
        }
    }

    /** The link, once what a crash left beside it is put in order. */
    private Remembered settled(Remembered remembered) {
        return refreshTokens.isSettled(AccountId.of(remembered.link()))
                ? remembered
                : exclusively(remembered.link(), () -> settle(remembered));
    }

    /** Call it with the account's lock held. */
    private Remembered settle(Remembered remembered) {
        var id = AccountId.of(remembered.link());
        return refreshTokens.settled(id).map(links::observe).orElseThrow(() -> {
            links.forget(id);
            return Accounts.notFound();
        });
    }

    private void keep(Link link, Secret next) {
        refreshTokens.keep(link, next);
    }

    private void keepIfOld(Link link, Secret next) {
        if (refreshTokens.isDue(link)) {
            exclusively(link, () -> {
                refreshTokens.renew(link, next);
                return link;
            });
        }
    }

    private <T> T exclusively(Link link, Supplier<T> work) {
        return locks.exclusively(link.userId(), link.providerId(), work);
    }

    @FunctionalInterface
    private interface KeepRotated {
        void keep(Link link, Secret next);
    }
}
