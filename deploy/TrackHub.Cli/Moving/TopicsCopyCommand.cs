using System.CommandLine;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using TrackHub.Cli.Output;
using TrackHub.Platform.Streams;
using TrackHub.Platform.Tenants;
using TrackHub.Schemas;

namespace TrackHub.Cli.Moving;

/// <summary><c>topics copy</c>: moves a log into the configured cluster, with the positions of all who read it.</summary>
internal static class TopicsCopyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "Brokers of the log that moves, host:port.", Required = true };
        var config = new Option<FileInfo?>("--from-config") { Description = "File of librdkafka properties to reach them by, name=value a line." };
        var topic = new Option<string[]>("--topic") { Description = "A topic; without one, all of TrackHub's." };
        var command = new Command("copy", "Copies a log at rest into the configured cluster: records, groups' positions, those kept in PostgreSQL.") { from, config, topic };
        command.SetAction((call, cancellationToken) => RunAsync(
            call, SettingsOf(call.GetRequiredValue(from), call.GetValue(config)), call.GetValue(topic) ?? [], cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult call, ClientConfig source, string[] named, CancellationToken cancellationToken)
    {
        using var host = PlatformServices.Create(call);
        using var from = new Cluster(source);
        using var to = new Cluster(host.Services.GetRequiredService<IOptions<KafkaOptions>>().Value.Connect(new ClientConfig()));
        var printer = Printer.Of(call);
        if (from.Settings.BootstrapServers == to.Settings.BootstrapServers)
            throw new CommandException($"Source and target are both {to.Settings.BootstrapServers}: set TRACKHUB_Kafka__BootstrapServers to the cluster that the log moves to.");

        try
        {
            var there = await from.TopicsAsync();
            var topics = named.Length > 0 ? named : [.. Topics.All.Select(static topic => topic.Name).Where(there.ContainsKey)];
            var database = topics.Any(static name => Topics.Find(name) is not null) ? host.Services.GetRequiredKeyedService<NpgsqlDataSource>(TenantsRegistration.Owner) : null;
            printer.Table(
                await MoveAsync(from, to, topics, database, cancellationToken),
                new Column<CopiedTopic>("topic", static t => t.Name), new("partitions", static t => t.Partitions), new("records", static t => t.Records));
            return 0;
        }
        catch (KafkaException failure) when (Dependencies.IsAway(failure))
        {
            throw new DependencyAwayException("kafka", failure);
        }
    }

    /// <summary>Copies topics and carries the positions in them over.</summary>
    /// <param name="from">The log that moves; nobody may work with it.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="topics">Which topics.</param>
    /// <param name="database">That of the roles which keep positions there, or null where their topics stay.</param>
    /// <param name="cancellationToken">Ends it; positions are set last, so that nobody reads on in half a copy.</param>
    internal static async Task<IReadOnlyList<CopiedTopic>> MoveAsync(
        Cluster from, Cluster to, IReadOnlyCollection<string> topics, NpgsqlDataSource? database, CancellationToken cancellationToken)
    {
        if (database is not null && await KeptPositions.IsRebuildingAsync(database, cancellationToken))
            throw new CommandException("The ledger is being rebuilt from the old log. Start it there, wait until `trackhub rebuild ledger` says that it is done, then copy.");
        var groups = (await from.PositionsAsync()).ToDictionary(static g => g.Key, g => g.Value.FindAll(p => topics.Contains(p.Topic)), StringComparer.Ordinal);
        var kept = new List<(KeptPositions Of, List<TopicPartitionOffset> Positions)>();
        foreach (var role in KeptPositions.All.Where(_ => database is not null))
            kept.Add((role, (await role.ReadAsync(database!, cancellationToken)).Where(p => topics.Contains(p.Topic)).ToList()));
        var carried = new CarriedPositions();
        foreach (var position in groups.Values.SelectMany(static positions => positions).Concat(kept.SelectMany(static role => role.Positions))) carried.Want(position.TopicPartition, position.Offset.Value);

        var copied = await new LogCopy(from, to).RunAsync(topics, carried, cancellationToken);

        foreach (var (group, positions) in groups.Where(static group => group.Value.Count > 0)) await to.SetPositionsAsync(group, positions.Select(Moved));
        foreach (var (role, positions) in kept) await role.WriteAsync(database!, [.. positions.Select(Moved)], cancellationToken);
        return copied;

        TopicPartitionOffset Moved(TopicPartitionOffset position) => new(position.TopicPartition, carried.Of(position.TopicPartition, position.Offset.Value));
    }

    private static ClientConfig SettingsOf(string bootstrapServers, FileInfo? file)
    {
        var settings = new ClientConfig { BootstrapServers = bootstrapServers };
        if (file is null) return settings;
        if (!file.Exists) throw new CommandException($"--from-config: there is no file {file.FullName}.");

        foreach (var line in File.ReadLines(file.FullName).Select(static line => line.Trim()).Where(static line => line.Length > 0 && line[0] != '#'))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is var equals and > 0) settings.Set(line[..equals].Trim(), line[(equals + 1)..].Trim());
            else throw new CommandException($"--from-config: {file.FullName} has a line that is no name=value.");   // not shown: it may be a password
        }

        return settings;
    }
}
