package io.tokenbroker.webhook;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.tokenbroker.support.OnPostgres;

@QuarkusTest
@TestProfile(OnPostgres.class)
class SharedEventsOnPostgresTest extends SharedEvents {}
