using TrackHub.Cli.Doctoring;
using TrackHub.Platform.Tenants;

namespace TrackHub.Cli.Tests.Doctoring;

/// <summary>What the doctor says of values as machines and servers tell them.</summary>
public sealed class ChecksTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly Dictionary<string, string> GoodPostgres = new(StringComparer.Ordinal)
    {
        ["server_version_num"] = "150020",
        ["server_version"] = "15.20",
        ["server_encoding"] = "UTF8",
        ["fsync"] = "on",
        ["full_page_writes"] = "on",
        ["autovacuum"] = "on",
        ["max_connections"] = "150",
    };

    private static readonly Dictionary<string, string> GoodRedis = new(StringComparer.Ordinal)
    {
        ["redis_version"] = "7.0.15",
        ["maxmemory_policy"] = "noeviction",
        ["used_memory"] = "1048576",
        ["maxmemory"] = "0",
        ["aof_last_write_status"] = "ok",
        ["rdb_last_bgsave_status"] = "ok",
    };

    [Fact]
    public void Good_servers_are_in_good_health()
    {
        PostgresChecks.Settings(GoodPostgres, 120).ShouldAllBe(static f => f.Verdict == Verdict.Ok && f.Remedy == null);
        RedisChecks.Told("redis", GoodRedis).ShouldAllBe(static f => f.Verdict == Verdict.Ok && f.Remedy == null);
    }

    [Theory]
    [InlineData("server_version_num", "140011", nameof(Verdict.Fault), "PostgreSQL 15")]
    [InlineData("server_encoding", "SQL_ASCII", nameof(Verdict.Fault), "UTF8")]
    [InlineData("fsync", "off", nameof(Verdict.Fault), "fsync = on")]
    [InlineData("full_page_writes", "off", nameof(Verdict.Fault), "full_page_writes = on")]
    [InlineData("autovacuum", "off", nameof(Verdict.Warning), "autovacuum = on")]
    [InlineData("max_connections", "100", nameof(Verdict.Warning), "max_connections to 140")]
    public void A_postgresql_setting_that_hurts_is_found_with_its_remedy(string name, string value, string verdict, string remedy) =>
        TheOnlyTrouble(PostgresChecks.Settings(With(GoodPostgres, name, value), 120), verdict, remedy);

    [Theory]
    [InlineData("redis_version", "6.0.16", nameof(Verdict.Fault), "6.2 or later")]
    [InlineData("maxmemory_policy", "allkeys-lru", nameof(Verdict.Fault), "maxmemory-policy noeviction")]
    [InlineData("maxmemory", "1100000", nameof(Verdict.Warning), "raise maxmemory")]
    [InlineData("aof_last_write_status", "err", nameof(Verdict.Fault), "refuses writes")]
    public void A_redis_that_hurts_is_found_with_its_remedy(string name, string value, string verdict, string remedy) =>
        TheOnlyTrouble(RedisChecks.Told("redis", With(GoodRedis, name, value)), verdict, remedy);

    [Theory]
    [InlineData("unclean.leader.election.enable", "true", nameof(Verdict.Fault), "false")]
    [InlineData("message.max.bytes", "1000012", nameof(Verdict.Fault), "1048576")]
    [InlineData("offsets.retention.minutes", "10080", nameof(Verdict.Fault), "12960")]
    [InlineData("min.insync.replicas", "1", nameof(Verdict.Warning), "set it to 2")]
    public void A_broker_setting_that_hurts_is_found_with_its_remedy(string name, string value, string verdict, string remedy) =>
        TheOnlyTrouble(KafkaChecks.Cluster(new(3, 3, new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value })), verdict, remedy);

    [Fact]
    public void Too_few_replicas_are_a_warning_on_a_cluster_and_none_on_one_machine()
    {
        TheOnlyTrouble(KafkaChecks.Cluster(new(3, 1, GoodRedis)), nameof(Verdict.Warning), "default.replication.factor=3");
        KafkaChecks.Cluster(new(1, 1, GoodRedis)).ShouldAllBe(static f => f.Verdict == Verdict.Ok);
    }

    [Theory]
    [InlineData("20000", nameof(Verdict.Ok))]
    [InlineData("unlimited", nameof(Verdict.Ok))]
    [InlineData("4096", nameof(Verdict.Warning))]
    public void The_hard_limit_of_open_files_counts(string hard, string verdict) =>
        MachineChecks.Files(["Max processes             63442                63442                processes", $"Max open files            1024                 {hard}                 files"])
            .Verdict.ToString().ShouldBe(verdict);

    [Theory]
    [InlineData("2.15.1", nameof(Verdict.Ok))]
    [InlineData("2.14.2-dirty", nameof(Verdict.Ok))]
    [InlineData("2.0.2", nameof(Verdict.Fault))]
    public void The_native_client_must_be_new_enough(string version, string verdict) => MachineChecks.Client(version).Verdict.ToString().ShouldBe(verdict);

    [Fact]
    public void A_variable_that_nothing_reads_is_named_with_what_was_meant()
    {
        var finding = ConfigurationChecks.Unknown(["PATH", "TRACKHUB_Kafka__BootstrapServers", "trackhub_kafka__properties__security.protocol", "TRACKHUB_DISPATCH__LEASES"]).ShouldHaveSingleItem();

        finding.Found.ShouldStartWith("TRACKHUB_DISPATCH__LEASES");
        finding.Remedy!.ShouldContain("TRACKHUB_Dispatch__Lease?");
    }

    [Theory]
    [InlineData(1, nameof(Verdict.Ok))]
    [InlineData(-3, nameof(Verdict.Fault))]
    [InlineData(3, nameof(Verdict.Fault))]
    public void Clocks_may_differ_a_little(int seconds, string verdict) =>
        Clocks.Compare("clock", Noon, Noon.AddSeconds(seconds), TimeSpan.FromSeconds(2)).Verdict.ToString().ShouldBe(verdict);

    [Fact]
    public void What_keeps_a_brands_sales_from_meta_is_told()
    {
        var brand = new BrandRow("abcdefghijkl", "t1", "loja", "America/Sao_Paulo", "BRL", null, new Dictionary<string, string>(StringComparer.Ordinal), Noon);

        var findings = BrandChecks.Of(brand, [], [new("c1", brand.Id, "kiwify", "", HasSecret: false, null, Active: true, Noon)]).ToList();

        findings.ShouldAllBe(static f => f.Verdict == Verdict.Warning);
        findings.Select(static f => f.Found).ShouldBe(["no basis: sales whose visitor said nothing are not sent", "none active: nothing goes to Meta", "has no secret: every webhook is refused"]);
    }

    [Fact]
    public void A_forgotten_test_code_is_told()
    {
        var brand = new BrandRow("abcdefghijkl", "t1", "loja", "America/Sao_Paulo", "BRL", "granted", new Dictionary<string, string>(StringComparer.Ordinal), Noon);
        PixelRow Pixel(string code) => new("px_1", brand.Id, "1234567", "wxyz", Active: true, new Dictionary<string, string>(StringComparer.Ordinal) { ["test_event_code"] = code }, Noon);

        TheOnlyTrouble(BrandChecks.Of(brand, [Pixel("TEST1"), Pixel("")], []), nameof(Verdict.Warning), "trackhub pixels set px_1 test_event_code=");
    }

    [Theory]
    [InlineData("v26.0", nameof(Verdict.Ok), "v26.0, no end announced")]
    [InlineData("v25.0", nameof(Verdict.Ok), "v25.0, served until 2028-07-29")]
    [InlineData("v24.0", nameof(Verdict.Warning), "Meta has stopped to serve Graph version v24.0 on or before 2026-10-06")]
    public void A_graph_version_that_ends_is_told(string version, string verdict, string found)
    {
        var finding = MetaChecks.Version(version, Noon);

        (finding.Verdict.ToString(), finding.Found).ShouldBe((verdict, found));
    }

    private static void TheOnlyTrouble(IEnumerable<Finding> findings, string verdict, string remedy)
    {
        var trouble = findings.Where(static f => f.Verdict is not Verdict.Ok).ShouldHaveSingleItem();
        trouble.Verdict.ToString().ShouldBe(verdict);
        trouble.Remedy!.ShouldContain(remedy);
    }

    private static Dictionary<string, string> With(Dictionary<string, string> values, string name, string value) => new(values, StringComparer.Ordinal) { [name] = value };
}
