package io.tokenbroker.problem;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What start needs so that the person can put things right; the names are those of its request. */
@Schema(
        name = "Reauthorize",
        description = "What start needs so that the person can put it right, together with redirect_uri.")
public record Reauthorize(
        @Schema(description = "The account.", examples = "acc_wv3Tg1q5TFCnq2LqRrd4b2Itc3Vi")
        String accountId,

        @Schema(description = "Its provider.", examples = "c0270500-0000-4000-8000-000000000001")
        String providerId,

        @Schema(description = "The tenant's claims request, to pass on; or null.") @Nullable
        String claims,

        @Schema(
                description =
                        "What the person is to be asked for: where consent is missing, what was minted for; where a new sign-in is needed, only what start can ask with it, at Entra nothing.",
                examples = "[\"https://vault.azure.net/.default\"]")
        List<String> scopes) {

    /** A tenant's claims that start would refuse are dropped: whatever that text is, it is nobody's to read. */
    public Reauthorize {
        claims = claims != null && Claims.areUsable(claims) ? claims : null;
        scopes = List.copyOf(scopes);
    }

    /** For who sees nothing but a text: where the person's way begins. */
    String advice() {
        return " Your page starts that by POST /authorizations/start with account_id %s.".formatted(accountId);
    }
}
