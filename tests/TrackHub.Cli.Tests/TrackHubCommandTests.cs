using TrackHub.Testing;

namespace TrackHub.Cli.Tests;

public sealed class TrackHubCommandTests
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    [Fact]
    public async Task Help_lists_every_command()
    {
        (await CallAsync("--help")).ShouldBe(0);

        foreach (var command in (string[])["up", "down", "status", "run", "test", "bench", "load", "tenants", "brands", "pixels", "connections", "keys", "users", "api-keys", "topics", "tail", "groups", "rebuild", "replay", "dead-letters", "explain", "books", "lanes", "migrate"])
            _output.ToString().ShouldContain($"  {command} ");
        _output.ToString().ShouldContain("trackhub [command]");
    }

    [Theory]
    [InlineData("trackhub", "")]
    [InlineData("nosuch", "nosuch")]
    [InlineData("9999999", "--port-base", "9999999", "status")]
    [InlineData("80", "--port-base", "80", "status")]
    [InlineData("nosuch", "tail", "nosuch")]
    [InlineData("yesterday", "tail", "conversions", "--from", "yesterday")]
    [InlineData("--follow has no end", "tail", "conversions", "--follow", "--to", "5")]
    [InlineData("cannot be replayed", "replay", "start", "conversions", "--from", "1h", "--dry-run")]
    [InlineData("--from", "replay", "start", "ingest-events", "--dry-run")]
    [InlineData("--rate takes", "replay", "start", "ingest-events", "--from", "1h", "--dry-run", "--rate", "0")]
    [InlineData("--dry-run alone", "replay", "start", "ingest-events", "--from", "1h")]
    [InlineData("--rules decide sales", "replay", "start", "capi-dispatch", "--from", "1h", "--rules", "x.json")]
    [InlineData("replay", "replay", "show", "not-an-id")]
    [InlineData("Say which", "dead-letters", "redrive")]
    [InlineData("Say which", "dead-letters", "redrive", "--dry-run")]
    [InlineData("--all goes alone", "dead-letters", "redrive", "--all", "--reason", "exhausted")]
    [InlineData("--rate takes a whole number", "dead-letters", "redrive", "--all", "--rate", "0")]
    [InlineData("nosuch", "dead-letters", "list", "--role", "nosuch")]
    [InlineData("an offset is no time", "dead-letters", "list", "--from", "5")]
    [InlineData("keeps sales for 9 days", "replay", "start", "ingest-events", "--from", "12d", "--dry-run")]
    [InlineData("an offset is no time", "books", "--from", "5")]
    [InlineData("one of --to-datetime, --to-offset and --shift", "groups", "reset", "dispatcher", "capi-dispatch")]
    [InlineData("one of --to-datetime, --to-offset and --shift", "groups", "reset", "dispatcher", "capi-dispatch", "--to-offset", "5", "--shift", "-5")]
    [InlineData("an offset is no time", "groups", "reset", "dispatcher", "capi-dispatch", "--to-datetime", "5")]
    [InlineData("--to-offset takes", "groups", "reset", "dispatcher", "capi-dispatch", "--to-offset", "-1")]
    [InlineData("rebuild", "rebuild", "matcher")]
    [InlineData("leave --no-wait out", "rebuild", "ledger", "--dry-run", "--no-wait")]
    [InlineData("somebody", "run", "somebody")]
    [InlineData("choose produce, consume, broker, ingress, webhook, stages, sentry, matching, rebuild, dispatch, metrics, pages, end-to-end", "load", "dreams")]
    [InlineData("--connections 0", "load", "ingress", "--connections", "0")]
    [InlineData("--rate 0 is out of range", "load", "ingress", "--rate", "0")]
    [InlineData("resume", "lanes", "resume")]
    [InlineData("consent", "brands", "set", "loja", "consent")]
    [InlineData("is no address such as", "keys", "add", "--brand", "loja", "--ingress", "track.example.com")]
    [InlineData("--brand", "pixels", "add", "--dataset-id", "12345", "--token", "t")]
    public async Task A_call_that_is_none_ends_with_2_and_says_why(string named, params string[] arguments)
    {
        (await CallAsync([.. arguments.Where(static a => a.Length > 0)])).ShouldBe(2);

        _error.ToString().ShouldContain(named);
        _error.ToString().ShouldContain("--help");
        _output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task Without_a_system_a_command_fails_with_its_remedy()
    {
        var data = TestFolder.Next("nothing");

        (await CallAsync("status", "--data", data)).ShouldBe(1);
        _error.ToString().ShouldContain($"Nothing runs on {data}; `trackhub up` starts it");

        (await CallAsync("brands", "list", "--data", data)).ShouldBe(1);
        _error.ToString().ShouldContain($"No system was ever started on {data}");
        _error.ToString().ShouldContain("Postgres:ConnectionString");
        _error.ToString().ShouldContain("Secrets:MasterKey");
        Directory.EnumerateFileSystemEntries(data).ShouldBeEmpty("asking makes nothing");
    }

    [Fact]
    public void A_command_that_is_called_is_made_alone_and_anything_else_makes_the_whole_tree()
    {
        var all = TrackHubCommand.Create().Subcommands.Select(static command => command.Name).ToList();

        all.Count.ShouldBeGreaterThan(10);
        foreach (var name in all)
            TrackHubCommand.Create(name).Subcommands.ShouldHaveSingleItem().Name.ShouldBe(name);
        TrackHubCommand.Create("--help").Subcommands.Count.ShouldBe(all.Count);
    }

    [Fact]
    public void Configuration_on_the_command_line_becomes_one_option()
    {
        CommandLineConfiguration.Rewrite(["run", "ingest", "--Kafka:BootstrapServers=a:1,b:2", "--data", "x", "--", "--A:B=c"])
            .ShouldBe(["run", "ingest", "--configuration", "Kafka:BootstrapServers=a:1,b:2", "--data", "x", "--", "--A:B=c"]);
    }

    private Task<int> CallAsync(params string[] arguments) => TrackHubCommand.InvokeAsync(arguments, _output, _error);
}
