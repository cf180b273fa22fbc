package io.tokenbroker.sandbox.entra;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A directory of users, known by its GUID and by its verified domain. */
public record Tenant(String id, String domain) {

    public static final Tenant CONTOSO = new Tenant("c0270500-5b1a-4d09-9a51-1f0d6e3c0a01", "contoso.com");
    public static final Tenant FABRIKAM = new Tenant("fab21ca0-3c77-4e0b-8b0e-6a5d2f9c0b02", "fabrikam.com");
    public static final Tenant ADATUM = new Tenant("ada70300-91d2-47aa-b6c4-0c2e8d7f0c03", "adatum.com");

    /** Every tenant there is. */
    public static final List<Tenant> ALL = List.of(CONTOSO, FABRIKAM, ADATUM);

    /** The tenant with this GUID or domain. */
    public static Optional<Tenant> find(String idOrDomain) {
        var wanted = idOrDomain.toLowerCase(Locale.ROOT);
        return ALL.stream()
                .filter(tenant -> tenant.id.equals(wanted) || tenant.domain.equals(wanted))
                .findFirst();
    }
}
