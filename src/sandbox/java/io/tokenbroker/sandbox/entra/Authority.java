package io.tokenbroker.sandbox.entra;

import java.util.List;
import java.util.Optional;

/**
 * The tenant segment of a URL and what it admits.
 *
 * @param id the tenant's GUID, or the alias itself; authorization codes are bound to it
 * @param tenants one for a GUID or a domain, all for {@code common} and {@code organizations}, none for personal accounts
 */
record Authority(String id, List<Tenant> tenants) {

    private static final String PERSONAL_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad";

    static Optional<Authority> of(String segment) {
        return switch (segment) {
            case "common", "organizations" -> Optional.of(new Authority(segment, Tenant.ALL));
            case "consumers", PERSONAL_ACCOUNTS -> Optional.of(new Authority("consumers", List.of()));
            default -> Tenant.find(segment).map(tenant -> new Authority(tenant.id(), List.of(tenant)));
        };
    }

    /** Where this user's tokens come from here: the tenant named, else the home tenant. Empty: not admitted. */
    Optional<Tenant> tenantOf(User user) {
        var candidate = tenants.size() == 1 ? tenants.getFirst() : user.home();
        return Optional.of(candidate).filter(tenants::contains).filter(user::belongsTo);
    }

    /** @throws Refusal if the person may not sign in here */
    Tenant admit(User user) {
        if (!user.enabled()) {
            throw Refusal.of(50057);
        }
        return tenantOf(user).orElseThrow(() -> Refusal.of(50020));
    }

    /** The issuer's tenant as discovery prints it; the aliases print the literal template. */
    String issuerTenant() {
        return switch (tenants.size()) {
            case 0 -> PERSONAL_ACCOUNTS;
            case 1 -> id;
            default -> "{tenantid}";
        };
    }
}
