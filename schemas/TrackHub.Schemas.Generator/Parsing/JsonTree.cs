using System.Text;
using System.Text.Json;

namespace TrackHub.Schemas.Generator;

/// <summary>A JSON value that remembers where it stands, so that a diagnostic can point at it; the framework's own trees do not.</summary>
internal sealed class JsonTree
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 64 };

    private JsonTree(JsonTokenType kind, int offset, string text)
    {
        Kind = kind;
        Offset = offset;
        Text = text;
    }

    /// <summary>StartObject, StartArray, String, Number, True, False or Null.</summary>
    public JsonTokenType Kind { get; }

    /// <summary>Offset of the value's first byte in the UTF-8 text.</summary>
    public int Offset { get; }

    /// <summary>A string unescaped, a number as written; otherwise empty.</summary>
    public string Text { get; }

    /// <summary>Members of an object in their order; names are unique.</summary>
    public List<KeyValuePair<string, JsonTree>> Members { get; } = [];

    /// <summary>Items of an array.</summary>
    public List<JsonTree> Items { get; } = [];

    /// <summary>The member of that name, or null.</summary>
    public JsonTree? this[string name] => Members.FirstOrDefault(member => member.Key == name).Value;

    /// <exception cref="SchemaFault">The text is not one JSON value, or an object names a member twice.</exception>
    public static JsonTree Parse(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), Strict);
        try
        {
            reader.Read();
            var root = Read(ref reader);
            reader.Read();   // throws when anything follows
            return root;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)   // the latter: a lone surrogate
        {
            throw new SchemaFault(Rules.MalformedJson, (int)reader.BytesConsumed, broken.Message);
        }
    }

    /// <summary>The string member of that name, or null if absent.</summary>
    /// <exception cref="SchemaFault">The member is no string.</exception>
    public string? TextOf(string name)
    {
        if (this[name] is not { } member)
            return null;

        return member.Kind == JsonTokenType.String
            ? member.Text
            : throw new SchemaFault(Rules.MalformedSchema, member.Offset, $"'{name}' must be a string");
    }

    private static JsonTree Read(ref Utf8JsonReader reader)
    {
        var offset = (int)reader.TokenStartIndex;
        var text = reader.TokenType switch
        {
            JsonTokenType.String => reader.GetString()!,
            JsonTokenType.Number => Encoding.UTF8.GetString(reader.ValueSpan.ToArray()),
            _ => "",
        };
        var tree = new JsonTree(reader.TokenType, offset, text);
        if (tree.Kind == JsonTokenType.StartObject)
            ReadMembers(ref reader, tree);
        else if (tree.Kind == JsonTokenType.StartArray)
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                tree.Items.Add(Read(ref reader));

        return tree;
    }

    private static void ReadMembers(ref Utf8JsonReader reader, JsonTree tree)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (tree[name] is not null)
                throw new SchemaFault(Rules.MalformedJson, (int)reader.TokenStartIndex, $"'{name}' stands twice in one object");

            reader.Read();
            tree.Members.Add(new(name, Read(ref reader)));
        }
    }
}
