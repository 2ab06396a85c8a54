using System.Reflection;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using TrackHub.Schemas.Tests.Avro;

namespace TrackHub.Schemas.Tests.Resolution;

/// <summary>What must hold between a generated record's schema and a later or an earlier one.</summary>
internal abstract class Evolution
{
    private static readonly Config Rounds = Config.QuickThrowOnFailure.WithMaxTest(12).WithEndSize(10);

    public static Evolution Of(Type record) => (Evolution)Activator.CreateInstance(typeof(For<>).MakeGenericType(record))!;

    public abstract void Survives_there_and_back();

    public abstract void Takes_defaults();

    /// <summary>A later version: more fields, and all of them in another order.</summary>
    private static string Later(string schemaJson, Random random)
    {
        var schema = JsonNode.Parse(schemaJson)!;
        var fields = schema["fields"]!.AsArray().Select(static f => f!.DeepClone()).ToList();
        for (var i = random.Next(4); i >= 0; i--)
            fields.Insert(random.Next(fields.Count + 1), JsonNode.Parse($$"""{"name":"added_{{i}}","type":["null","string"],"default":null}""")!);

        // A name is known only behind its definition, so that what comes before the last one stays there.
        var free = fields.FindLastIndex(Defines) + 1;
        var moved = fields[free..].ToArray();
        random.Shuffle(moved);
        schema["fields"] = new JsonArray([.. fields[..free], .. moved]);
        return schema.ToJsonString();
    }

    /// <summary>An earlier version: without the fields that have a default. Such as define a type stay, for the sake of the others.</summary>
    private static string Earlier(string schemaJson, out HashSet<string> missing)
    {
        var schema = JsonNode.Parse(schemaJson)!;
        var fields = schema["fields"]!.AsArray();
        var optional = fields.Where(static f => f!.AsObject().ContainsKey("default") && !Defines(f)).ToList();
        foreach (var field in optional)
            fields.Remove(field);

        missing = [.. optional.Select(static f => f!["name"]!.GetValue<string>().Replace("_", "", StringComparison.Ordinal).ToUpperInvariant())];
        return schema.ToJsonString();
    }

    private static bool Defines(JsonNode field)
    {
        var type = field["type"]!.ToJsonString();
        return type.Contains("\"symbols\"", StringComparison.Ordinal) || type.Contains("\"fields\"", StringComparison.Ordinal);
    }

    private sealed class For<T> : Evolution
        where T : IAvroRecord<T>
    {
        public override void Survives_there_and_back() =>
            Prop.ForAll(Arb.From(RecordGen.Of<T>()), Arb.From(Gen.Choose(0, int.MaxValue)), static (record, seed) =>
            {
                var later = Later(T.SchemaJson, new(seed));
                var bytes = record.ToAvro();

                Resolved(later, T.SchemaJson, Resolved(T.SchemaJson, later, bytes)).ShouldBe(bytes);
            }).Check(Rounds);

        public override void Takes_defaults() =>
            Prop.ForAll(Arb.From(RecordGen.Of<T>()), static record =>
            {
                var earlier = Earlier(T.SchemaJson, out var missing);
                var expected = Activator.CreateInstance<T>();   // with the defaults its initialisers give
                foreach (var member in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(m => !missing.Contains(m.Name.ToUpperInvariant())))
                    member.SetValue(expected, member.GetValue(record));

                AvroCodec.Decode<T>(Resolved(earlier, T.SchemaJson, Resolved(T.SchemaJson, earlier, record.ToAvro()))).ShouldBe(expected);
            }).Check(Rounds);

        private static byte[] Resolved(string writer, string reader, byte[] written)
        {
            var resolution = SchemaResolution.Of(writer, reader);
            resolution.Fault.ShouldBeNull();
            resolution.Gaps.ShouldBeEmpty();
            return resolution.Turn(written);
        }
    }
}
