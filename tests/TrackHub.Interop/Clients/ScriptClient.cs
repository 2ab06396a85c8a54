using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace TrackHub.Interop.Clients;

/// <summary>A client of another language, driven over the pipes of a script in <c>peers/clients</c>; what is said there is in contract.js.</summary>
/// <remarks>One process for all tests; it ends with its standard input, so with the test process.</remarks>
internal sealed class ScriptClient : ForeignClient
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _asked = new();
    private readonly ConcurrentDictionary<string, GroupMember> _members = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<JsonNode> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ids;
    private string _version = "";

    private ScriptClient(ClientFacts facts, Process process)
        : base(facts) => _process = process;

    public override string Version => _version;

    /// <summary>Starts a script and waits until it is ready.</summary>
    /// <param name="facts">What its client can do.</param>
    /// <param name="script">Its file in peers/clients.</param>
    /// <param name="bootstrapServers">The log it talks to.</param>
    public static async Task<ForeignClient> StartAsync(ClientFacts facts, string script, string bootstrapServers)
    {
        var client = new ScriptClient(facts, Peer.Start($"clients/{script}", bootstrapServers));
        _ = client.ListenAsync(client._process.StandardError.ReadToEndAsync());
        client._version = (string)(await client._ready.Task.WaitAsync(Limit))!;
        return client;
    }

    public override Task CreateTopicAsync(string topic, int partitions) =>
        AskAsync("create", new() { ["topic"] = topic, ["partitions"] = partitions });

    public override Task GrowTopicAsync(string topic, int partitions) =>
        AskAsync("grow", new() { ["topic"] = topic, ["partitions"] = partitions });

    public override Task DeleteTopicAsync(string topic) => AskAsync("drop", new() { ["topic"] = topic });

    public override async Task<string> ReadSettingAsync(string topic, string name) =>
        (string)(await AskAsync("setting", new() { ["topic"] = topic, ["name"] = name }))["value"]!;

    public override Task AlterSettingAsync(string topic, string name, string value) =>
        AskAsync("alter", new() { ["topic"] = topic, ["name"] = name, ["value"] = value });

    public override async Task<GroupSight> LookAtGroupAsync(string group, string topic, int partitions)
    {
        var answer = await AskAsync("look", new() { ["group"] = group, ["topic"] = topic, ["partitions"] = partitions });
        return new((string)answer["state"]!, [.. answer["committed"]!.AsArray().Select(static offset => (long)offset!)]);
    }

    public override Task DeleteGroupAsync(string group) => AskAsync("forget", new() { ["group"] = group });

    public override Task DeleteRecordsAsync(string topic, int partition, long before) =>
        AskAsync("truncate", new() { ["topic"] = topic, ["partition"] = partition, ["before"] = before });

    public override Task WriteAsync(string topic, string codec, bool idempotent, IReadOnlyList<ClientRecord> records) => AskAsync("produce", new()
    {
        ["topic"] = topic,
        ["codec"] = codec,
        ["idempotent"] = idempotent,
        ["records"] = new JsonArray([.. records.Select(static record => record.Write())]),
    });

    public override async Task<IReadOnlyList<ClientRecord>> ReadAsync(string topic, int partitions, int count) =>
        Records(await AskAsync("read", new() { ["topic"] = topic, ["partitions"] = partitions, ["count"] = count }));

    public override async Task<Sought> SeekAsync(string topic, int partitions, long time, int count)
    {
        var answer = await AskAsync("seek", new() { ["topic"] = topic, ["partitions"] = partitions, ["time"] = time, ["count"] = count });
        var offsets = answer["offsets"]!.AsArray().OrderBy(static found => (int)found!["partition"]!).Select(static found => (long)found!["offset"]!);
        return new([.. offsets], Records(answer));
    }

    public override async Task<string?> BeginTransactionAsync() => (string?)(await AskAsync("transact", []))["refusal"];

    public override async Task<string?> JoinNewGroupAsync(string group, string topic) =>
        (string?)(await AskAsync("joinNew", new() { ["group"] = group, ["topic"] = topic }))["refusal"];

    public override async Task<GroupMember> JoinAsync(string group, string topic, bool cooperative = false)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{group}-{_members.Count}");
        var member = _members[name] = new GroupMember(() => TellAsync("commit"), () => TellAsync("leave"));
        await AskAsync("join", new() { ["member"] = name, ["group"] = group, ["topic"] = topic, ["cooperative"] = cooperative });
        return member;

        Task TellAsync(string what) => AskAsync(what, new() { ["member"] = name });
    }

    private static IReadOnlyList<ClientRecord> Records(JsonNode answer) => [.. answer["records"]!.AsArray().Select(static record => ClientRecord.Read(record!))];

    private async Task<JsonNode> AskAsync(string what, JsonObject command)
    {
        var id = Interlocked.Increment(ref _ids);
        var answered = _asked[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (command["id"], command["do"]) = (id, what);
        await _process.StandardInput.WriteLineAsync(command.ToJsonString());
        await _process.StandardInput.FlushAsync();
        return await answered.Task.WaitAsync(Limit);
    }

    private async Task ListenAsync(Task<string> errors)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            Take(JsonNode.Parse(line)!);

        var ended = new InvalidOperationException($"{Facts.Name} ended: {await errors}\nRemedy: ./trackhub test installs what it needs.");
        foreach (var waiting in _asked.Values.Append(_ready))
            waiting.TrySetException(ended);
    }

    private void Take(JsonNode line)
    {
        if (line["version"] is { } version)
            _ready.TrySetResult(version);
        else if (line["member"] is { } member)
            Tell(_members[(string)member!], line);
        else if (_asked.TryRemove((int)line["id"]!, out var waiting))
            Settle(waiting, line);
    }

    private static void Tell(GroupMember member, JsonNode line)
    {
        if (line["owns"] is { } owns)
            member.Owns(owns.AsArray().Select(static partition => (int)partition!));
        else if (line["record"] is { } record)
            member.Met(ClientRecord.Read(record));
        else
            member.Failed((string)line["error"]!);
    }

    private static void Settle(TaskCompletionSource<JsonNode> waiting, JsonNode line)
    {
        if (line["error"] is { } error)
            waiting.TrySetException(new InvalidOperationException((string)error!));
        else
            waiting.TrySetResult(line["answer"]!);
    }
}
