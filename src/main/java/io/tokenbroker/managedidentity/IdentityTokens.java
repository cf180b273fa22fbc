package io.tokenbroker.managedidentity;

import io.tokenbroker.caller.Caller;
import io.tokenbroker.mint.Minted;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.mint.Mints;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A mint for a query, answered in the words of App Service. */
@Singleton
class IdentityTokens {

    private final Mints mints;
    private final Clock clock;

    IdentityTokens(Mints mints, Clock clock) {
        this.mints = mints;
        this.clock = clock;
    }

    CompletionStage<TokenResponse> token(Caller.Client client, TokenQuery query) {
        return mints.mint(client, query.account(), query.mint())
                .thenCompose(minted -> accepted(client, query, minted))
                .thenApply(minted -> TokenResponse.of(query, minted.token(), clock.instant()));
    }

    /** A token that its resource did not accept is asked for anew, by the rules for whoever insists on that. */
    private CompletionStage<Minted> accepted(Caller.Client client, TokenQuery query, Minted minted) {
        return minted.source() != Source.REFRESH && query.rejects(minted.token())
                ? mints.mint(client, query.account(), query.mintAnew())
                : CompletableFuture.completedStage(minted);
    }
}
