package io.tokenbroker.azd;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.tokenbroker.mint.MintRequest;
import io.tokenbroker.problem.BrokerException;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What azd asks for. What a newer azd may add is tolerated: it cannot be changed here. */
@JsonIgnoreProperties(ignoreUnknown = true)
@Schema(name = "AzdQuestion", description = "As azd asks. Other members are tolerated.")
record AzdQuestion(
        @Schema(
                required = true,
                description = "Scopes of one resource.",
                examples = "[\"https://management.azure.com//.default\"]")
        List<String> scopes,

        @Schema(
                description = "Refuse unless this is the account's tenant, at Entra.",
                examples = "c0270500-7e4a-4c8b-9d3e-111111111111")
        @JsonProperty("tenantId")
        @Nullable
        String tenantId) {

    AzdQuestion {
        if (scopes == null) {
            throw BrokerException.invalidField("scopes", "is required");
        }
    }

    MintRequest mint() {
        return new MintRequest(null, scopes, null, null, null, null);
    }

    Optional<String> tenant() {
        return Optional.<String>ofNullable(tenantId).filter(tenant -> !tenant.isEmpty());
    }
}
