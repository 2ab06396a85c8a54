using System.Text.Json.Nodes;
using FsCheck.Fluent;
using TrackHub.Schemas;
using TrackHub.Schemas.Tests.Avro;

namespace TrackHub.Interop.Codec;

/// <summary>One generated record type, for tests that go over all of them.</summary>
internal abstract class RecordCase
{
    /// <summary>Every record type of TrackHub.</summary>
    public static IReadOnlyList<Type> Types { get; } = [.. typeof(TrackedEvent).Assembly.GetTypes()
        .Where(static t => t.IsClass && t.GetInterfaces().Any(static i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IAvroRecord<>)))
        .OrderBy(static t => t.Name, StringComparer.Ordinal)];

    /// <summary>The schema.</summary>
    public abstract string SchemaJson { get; }

    public static RecordCase Of(Type record) => (RecordCase)Activator.CreateInstance(typeof(For<>).MakeGenericType(record))!;

    /// <summary>So many encoded values, any but NaN, whose bits a language may change on the way.</summary>
    public abstract IReadOnlyList<byte[]> Make(int count);

    /// <summary>How we read bytes, spelt for comparison, and how we write what we read.</summary>
    public abstract (JsonNode Value, byte[] Rewritten) Read(byte[] avro);

    private sealed class For<T> : RecordCase
        where T : class, IAvroRecord<T>
    {
        private const int Size = 30;   // of strings and lists, at most

        private readonly Spelling _spelling = new(T.SchemaJson);

        public override string SchemaJson => T.SchemaJson;

        public override IReadOnlyList<byte[]> Make(int count) =>
            [.. RecordGen.Of<T>().Where(record => !_spelling.Of(record).ToJsonString().Contains(Spelling.NaN, StringComparison.Ordinal))
                .Sample(Size, count).Select(static record => record.ToAvro())];

        public override (JsonNode Value, byte[] Rewritten) Read(byte[] avro)
        {
            var record = AvroCodec.Decode<T>(avro);
            return (_spelling.Of(record), record.ToAvro());
        }
    }
}
