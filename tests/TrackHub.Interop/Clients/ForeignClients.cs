using System.Collections.Concurrent;
using TrackHub.Testing;

namespace TrackHub.Interop.Clients;

/// <summary>The clients, each started once per test process when first asked for; the log is the local one, or the one the environment names.</summary>
internal static class ForeignClients
{
    public const string Confluent = "Confluent.Kafka", Kcat = "kcat", PythonKafka = "python3-kafka", PythonConfluent = "python3-confluent-kafka",
        KafkaJs = "kafkajs", Platformatic = "@platformatic/kafka";

    private static readonly ConcurrentDictionary<string, Lazy<Task<ForeignClient>>> Started = new(StringComparer.Ordinal);

    /// <summary>What each can do.</summary>
    public static IReadOnlyList<ClientFacts> All { get; } =
    [
        new(Confluent, Missing.NewGroups),
        new(Kcat, Missing.Admin | Missing.Times | Missing.Commits | Missing.GroupDeletion | Missing.RecordDeletion | Missing.NewGroups),
        new(PythonKafka, Missing.CooperativeAssignor | Missing.Transactions | Missing.NewGroups | Missing.Idempotence | Missing.EmptyRecords | Missing.NullHeaders | Missing.RecordDeletion),
        new(PythonConfluent, Missing.GroupDeletion | Missing.RecordDeletion | Missing.NewGroups),
        new(KafkaJs, Missing.NullHeaders | Missing.HeaderOrder | Missing.SharedAssignor | Missing.CooperativeAssignor | Missing.NewGroups),
        new(Platformatic),
    ];

    /// <summary>A client by its name, running.</summary>
    public static Task<ForeignClient> StartAsync(string name) =>
        Started.GetOrAdd(name, static name => new(() => StartAsync(All.Single(facts => facts.Name == name)))).Value;

    private static async Task<ForeignClient> StartAsync(ClientFacts facts)
    {
        var log = (await TestMachine.KafkaAsync()).BootstrapServers;
        return facts.Name switch
        {
            Confluent => new ConfluentClient(facts, log),
            Kcat => await KcatClient.StartAsync(facts, log),
            PythonKafka => await ScriptClient.StartAsync(facts, "python_kafka.py", log),
            PythonConfluent => await ScriptClient.StartAsync(facts, "confluent_python.py", log),
            KafkaJs => await ScriptClient.StartAsync(facts, "kafkajs.js", log),
            _ => await ScriptClient.StartAsync(facts, "platformatic.mjs", log),
        };
    }
}
