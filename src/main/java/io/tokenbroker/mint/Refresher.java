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
import io.tokenbroker.provider.Provider;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshGrant;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Asks the tenant for a new access token and keeps what came with it. Blocks. */
@ApplicationScoped
class Refresher {

    /** A reusable refresh token dies 90 days after its issue: replaced after a third of that, any month's outage is fine. */
    private static final Duration REPLACED_AFTER = Duration.ofDays(30);

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

    Minted refresh(Provider provider, AccountId id, Target target, MintRequest request) {
        var remembered = links.current(id).orElseThrow(Accounts::notFound);
        if (provider.rotation() == Rotation.REUSABLE) {
            return refreshReusable(provider, remembered, target, request);
        }
        // The token is spent by its use: nobody else may use or replace it until the next one is stored.
        return locks.exclusively(remembered.link().userId(), id.providerId(), () -> {
            var settled = refreshTokens.settled(id).orElseThrow(Accounts::notFound);
            return refresh(provider, links.observe(settled), target, request, this::keep);
        });
    }

    private Minted refreshReusable(Provider provider, Remembered remembered, Target target, MintRequest request) {
        return refresh(provider, remembered, target, request, this::keepIfOld);
    }

    private Minted refresh(
            Provider provider, Remembered remembered, Target target, MintRequest request, KeepRotated keep) {
        var link = remembered.link();
        var id = AccountId.of(link);
        var token = link.token().orElseThrow(() -> Answers.noRefreshToken(id));
        var askedAt = clock.instant();
        var outcome = grant.refresh(
                provider.tokenEndpoint(),
                id.identity(),
                token,
                target.wireScope(provider),
                Optional.ofNullable(request.claims()));
        return switch (outcome) {
            case Refreshed refreshed -> {
                IdentityCheck.require(provider, link, refreshed.idToken());
                refreshed.refreshToken().ifPresent(next -> keep.keep(link, token, next));
                states.markWorking(id);
                var accessToken = new AccessToken(
                        refreshed.accessToken(), askedAt, askedAt.plus(refreshed.expiresIn()), refreshed.scope());
                cache.put(new TokenCache.Key(id, epochNow(id, remembered), target.scopes()), accessToken);
                yield new Minted(accessToken, Source.REFRESH);
            }
            case Refused refused -> refusedOrNewer(provider, remembered, target, request, keep, refused);
            case Unavailable unavailable ->
                stale(remembered, target, request).orElseThrow(() -> Answers.unavailable(unavailable));
        };
    }

    /** A refusal counts only if the token sent is still the stored one: a person may have signed in meanwhile. */
    private Minted refusedOrNewer(
            Provider provider,
            Remembered remembered,
            Target target,
            MintRequest request,
            KeepRotated keep,
            Refused refused) {
        var id = AccountId.of(remembered.link());
        if (refused.refusal() == Refusal.REAUTHORIZATION_REQUIRED) {
            var now = links.read(id).orElseThrow(Accounts::notFound);
            if (!now.link().token().equals(remembered.link().token())) {
                return refresh(provider, now, target, request, keep);
            }
            remembered.link().token().ifPresent(token -> states.markRefused(id, token, refused.reason()));
        }
        throw Answers.refused(id, target, refused);
    }

    /** While the tenant is away, a token that still lives is better than none. */
    private Optional<Minted> stale(Remembered remembered, Target target, MintRequest request) {
        if (request.bypassesCache()) {
            return Optional.empty();
        }
        var key = new TokenCache.Key(AccountId.of(remembered.link()), remembered.epoch(), target.scopes());
        return cache.get(key)
                .filter(token -> token.isValidAt(clock.instant()))
                .map(token -> new Minted(token, Source.STALE));
    }

    /** Keeping a rotated token leaves the epoch as it is; an account that somebody changed meanwhile has another. */
    private long epochNow(AccountId id, Remembered before) {
        return links.fresh(id).map(Remembered::epoch).orElse(before.epoch());
    }

    private void keep(Link link, Secret used, Secret next) {
        if (!next.equals(used)) {
            refreshTokens.keep(link, next);
        }
    }

    private void keepIfOld(Link link, Secret used, Secret next) {
        if (link.lastAuthorizedAt().isBefore(clock.instant().minus(REPLACED_AFTER))) {
            locks.exclusively(link.userId(), link.providerId(), () -> {
                keep(link, used, next);
                return link;
            });
        }
    }

    @FunctionalInterface
    private interface KeepRotated {
        void keep(Link link, Secret used, Secret next);
    }
}
