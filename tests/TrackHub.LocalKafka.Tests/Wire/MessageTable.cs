using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>One request kind's messages, found in the broker's assembly: a new API is tested without being listed here.</summary>
internal sealed record MessageTable(ApiRange Range, Func<IWireMessage> NewRequest, Func<IWireMessage> NewResponse)
{
    public static readonly IReadOnlyList<MessageTable> All = typeof(IWireMessage).Assembly.GetTypes()
        .SelectMany(static type => type.GetInterfaces(), static (type, contract) => (Request: type, Contract: contract))
        .Where(static pair => pair.Contract.IsGenericType && pair.Contract.GetGenericTypeDefinition() == typeof(IWireRequest<>))
        .Select(static pair => Of(pair.Request, pair.Contract))
        .OrderBy(static table => table.Range.Key)
        .ToList();

    /// <summary>Every table in every version it is written for.</summary>
    public static IEnumerable<(MessageTable Table, short Version)> Versions =>
        from table in All
        from version in Enumerable.Range(table.Range.Min, table.Range.Max - table.Range.Min + 1)
        select (table, (short)version);

    /// <summary>A body as it is on the wire.</summary>
    public byte[] Write(IWireMessage message, short version)
    {
        using var writer = new WireWriter();
        Lay(writer, version).Message(message);
        return writer.Written.ToArray();
    }

    /// <summary>Reads a body and says how many bytes it left.</summary>
    /// <exception cref="MalformedRequestException">It is none.</exception>
    public int Read(IWireMessage message, short version, byte[] body)
    {
        var reader = new WireReader();
        reader.Reset(body);
        Lay(reader, version).Message(message);
        return reader.Remaining;
    }

    /// <summary>A message of random fields.</summary>
    public T Fill<T>(T message, short version, int seed)
        where T : IWireMessage
    {
        Lay(new FillingCodec(new Random(seed)), version).Message(message);
        return message;
    }

    /// <summary>The fields of a version, in order and with their values.</summary>
    public string Describe(IWireMessage message, short version)
    {
        var recorder = new RecordingCodec();
        Lay(recorder, version).Message(message);
        return recorder.ToString();
    }

    public override string ToString() => Range.Key.ToString();

    private WireCodec Lay(WireCodec wire, short version)
    {
        wire.Version = version;
        wire.Flexible = Range.IsFlexible(version);
        return wire;
    }

    private static MessageTable Of(Type request, Type contract)
    {
        var sample = (IWireMessage)Activator.CreateInstance(request)!;
        var range = (ApiRange)contract.GetProperty(nameof(IWireRequest<>.Range))!.GetValue(sample)!;
        var response = contract.GetGenericArguments()[0];
        return new MessageTable(
            range, () => (IWireMessage)Activator.CreateInstance(request)!, () => (IWireMessage)Activator.CreateInstance(response)!);
    }
}
