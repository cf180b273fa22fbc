package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.AccountLocks;
import io.tokenbroker.account.AccountStates;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.RefreshTokens;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.account.RememberedLinks.Remembered;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.tenant.RefreshGrant;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.Optional;

/** Asks the tenant for a new access token and keeps what came with it. Blocks. */
@ApplicationScoped
class Refresher {

    private final RememberedLinks links;
    private final RefreshTokens refreshTokens;
    private final AccountLocks locks;
    private final AccountStates states;
    private final RefreshGrant grant;
    private final TokenCache cache;
    private final Clock clock;

    Refresher(
            RememberedLinks links,
            RefreshTokens refreshTokens,
            AccountLocks locks,
            AccountStates states,
            RefreshGrant grant,
            TokenCache cache,
            Clock clock) {
        this.links = links;
        this.refreshTokens = refreshTokens;
        this.locks = locks;
        this.states = states;
        this.grant = grant;
        this.cache = cache;
        this.clock = clock;
    }

    Landing refresh(Provider provider, Remembered remembered, Target target, Optional<String> claims) {
        return switch (provider.rotation()) {
            case REUSABLE -> refreshSettled(provider, remembered, target, claims);
            // The token is spent by its use: nobody else may use or replace it until the next one is stored.
            case SINGLE_USE ->
                locks.exclusively(
                        remembered.link().userId(),
                        remembered.link().providerId(),
                        () -> refreshSettled(provider, remembered, target, claims));
        };
    }

    /** With what a crash left of the account put in order first. */
    private Landing refreshSettled(Provider provider, Remembered remembered, Target target, Optional<String> claims) {
        var id = AccountId.of(remembered.link());
        var link = refreshTokens
                .settled(remembered.link().userId(), id, provider.rotation())
                .map(links::observe)
                .orElseThrow(() -> {
                    links.forget(id);
                    return Accounts.notFound();
                });
        return refreshed(provider, link, target, claims);
    }

    private Landing refreshed(Provider provider, Remembered remembered, Target target, Optional<String> claims) {
        var link = remembered.link();
        var id = AccountId.of(link);
        var token = link.token().orElseThrow(() -> Answers.noRefreshToken(id));
        var askedAt = clock.instant();
        var outcome = grant.refresh(provider.tokenEndpoint(), id.identity(), token, target.wireScope(provider), claims);
        return switch (outcome) {
            case Refreshed refreshed -> {
                // Kept even if the identity is wrong: whose the spent token was, its successor is. Should a setting be
                // wrong rather than the token, the account works again once that is mended.
                refreshed
                        .refreshToken()
                        .filter(next -> !next.equals(token))
                        .ifPresent(next -> refreshTokens.keep(link, next, provider.rotation()));
                IdentityCheck.require(provider, link, refreshed.idToken());
                states.markWorking(id);
                var accessToken = new AccessToken(
                        refreshed.accessToken(), askedAt, askedAt.plus(refreshed.expiresIn()), refreshed.scope());
                // Keeping a rotated token leaves the epoch as it is. If a person signed in meanwhile there is another
                // by now, and nobody finds what the older grant gave.
                cache.put(TokenCache.Key.of(remembered, target), accessToken);
                yield new Landing.Arrived(new Minted(accessToken, Source.REFRESH));
            }
            case Refused refused -> refusedOrNewer(provider, remembered, target, claims, refused);
            case Unavailable unavailable -> new Landing.Diverted(unavailable);
        };
    }

    /** A refusal counts only if the token sent is still the stored one: a person may have signed in meanwhile. */
    private Landing refusedOrNewer(
            Provider provider, Remembered remembered, Target target, Optional<String> claims, Refused refused) {
        var id = AccountId.of(remembered.link());
        if (refused.refusal() == Refusal.REAUTHORIZATION_REQUIRED) {
            var now = links.read(id).orElseThrow(Accounts::notFound);
            if (!now.link().token().equals(remembered.link().token())) {
                return refreshed(provider, now, target, claims);
            }
            remembered.link().token().ifPresent(token -> states.markRefused(id, token, refused.reason()));
        }
        throw Answers.refused(id, target, refused);
    }
}
