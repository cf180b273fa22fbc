# The broker on a Java 25 runtime: not as root, able to run with a read-only root file system (give it a /tmp, noexec will do).
# The store's file is in the volume /opt/token-broker/data; name it (-v), or each new container begins without it.
# Build it by `make image`, or after `mvn package`: docker build --build-arg BASE=<image with Java 25> -t token-broker .
ARG BASE=docker.io/library/eclipse-temurin:25-jre
FROM ${BASE}

COPY --chmod=0555 target/quarkus-app/ /opt/token-broker/
# SQLite's library for each processor: its driver would unpack it into /tmp at each start, which may be noexec.
COPY --chmod=0555 target/sqlite/org/sqlite/native/Linux/ /opt/token-broker/sqlite/

RUN ln -s "$(uname -m)" /opt/token-broker/sqlite/this \
 && test -f /opt/token-broker/sqlite/this/libsqlitejdbc.so \
 && install -d -o 10001 -g 10001 -m 0700 /opt/token-broker/data
VOLUME /opt/token-broker/data

# The serial collector: with few cores and a small heap its pauses are the shortest. For many cores and gigabytes set others.
ENV JAVA_TOOL_OPTIONS="-XX:+UseSerialGC -XX:MaxRAMPercentage=70 -XX:+ExitOnOutOfMemoryError -XX:+UseCompactObjectHeaders -Dorg.sqlite.lib.path=/opt/token-broker/sqlite/this"

# What the JVM learns of one start, for these options: the next ones take a third of the time.
COPY --chmod=0555 src/scripts/train /opt/token-broker/
RUN JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")") \
    /opt/token-broker/train /opt/token-broker/quarkus-run.jar /opt/token-broker/app.aot

USER 10001:10001
WORKDIR /opt/token-broker
# The API, and health and metrics for those who run the broker.
EXPOSE 8080 9000

HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9000 && printf 'GET /q/health/live HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q '^HTTP/1.. 200' <&3"]

ENTRYPOINT ["java", "-XX:AOTCache=/opt/token-broker/app.aot", "-jar", "quarkus-run.jar"]
