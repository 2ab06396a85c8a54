using System.Text;

namespace TrackHub.Schemas.Generator;

/// <summary>Names of Avro and what becomes of them in C#. Source: Avro 1.11 specification, "Names".</summary>
internal static class Names
{
    /// <summary>True for <c>[A-Za-z_][A-Za-z0-9_]*</c>.</summary>
    public static bool IsName(string text) => text.Length > 0 && text[0] is not (>= '0' and <= '9') && text.All(IsNameLetter);

    /// <summary>The full name that <paramref name="name"/> means inside <paramref name="enclosingNamespace"/>.</summary>
    public static string Full(string name, string enclosingNamespace) =>
        name.IndexOf('.') >= 0 || enclosingNamespace.Length == 0 ? name : enclosingNamespace + "." + name;

    /// <summary>snake_case to PascalCase; letters inside a word stay as they are.</summary>
    public static string Pascal(string name)
    {
        var pascal = new StringBuilder(name.Length);
        var wordStarts = true;
        foreach (var c in name)
        {
            if (c == '_')
            {
                wordStarts = true;
                continue;
            }

            pascal.Append(wordStarts ? char.ToUpperInvariant(c) : c);
            wordStarts = false;
        }

        return pascal.Length == 0 || char.IsDigit(pascal[0]) ? "_" + pascal : pascal.ToString();
    }

    private static bool IsNameLetter(char c) => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_';
}
