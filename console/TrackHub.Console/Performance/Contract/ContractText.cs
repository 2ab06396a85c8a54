using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;

namespace TrackHub.ConsoleApi.Performance.Contract;

/// <summary>The contract's words for an enumeration: the same in JSON, in queries and in tables.</summary>
internal static class ContractText<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Words = Enum.GetValues<T>().ToFrozenDictionary(
        static value => value, static value => typeof(T).GetField(value.ToString())!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name);

    private static readonly FrozenDictionary<string, T> Values = Words.ToFrozenDictionary(static pair => pair.Value, static pair => pair.Key, StringComparer.Ordinal);

    /// <summary>Every word, in the order of the values.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<T>().Select(static value => Words[value])];

    /// <summary>The word for a value.</summary>
    public static string Of(T value) => Words[value];

    /// <summary>The value of a word, case kept.</summary>
    public static bool TryParse(string? word, out T value)
    {
        value = default;
        return word is not null && Values.TryGetValue(word, out value);
    }

    /// <summary>The value of a word that a table's own rule admits.</summary>
    /// <exception cref="InvalidDataException">A word this build does not know.</exception>
    public static T Parse(string word) =>
        TryParse(word, out var value) ? value : throw new InvalidDataException($"'{word}' is no {typeof(T).Name} this build knows: {string.Join(", ", All)}.");
}
