using System.Collections.Frozen;

namespace TrackHub.Platform.Identity;

/// <summary>
/// Composes and folds lower-case Latin letters. The framework's own normalisation does nothing under invariant globalization, which every
/// process here runs with so that no machine's culture changes a hash.
/// </summary>
/// <remarks>Source: Unicode 15 canonical decompositions of U+00C0–U+024F and U+1E00–U+1EFF, lower case.</remarks>
internal static class LatinLetters
{
    // A combining mark, the letters it joins, and what each becomes.
    private static readonly (char Mark, string Bases, string Composed)[] Table =
    [
        ('\u0300', "aeiouünēōwâăêôơưy", "àèìòùǜǹḕṑẁầằềồờừỳ"),
        ('\u0301', "aeiouyclnrszügåæøçēïkmõōpũwâăêôơư", "áéíóúýćĺńŕśźǘǵǻǽǿḉḗḯḱḿṍṓṕṹẃấắếốớứ"),
        ('\u0302', "aeioucghjswyzạẹọ", "âêîôûĉĝĥĵŝŵŷẑậệộ"),
        ('\u0303', "anoiuvâăeêôơưy", "ãñõĩũṽẫẵẽễỗỡữỹ"),
        ('\u0304', "aeiouüäȧæǫöõȯygḷṛ", "āēīōūǖǟǡǣǭȫȭȱȳḡḹṝ"),
        ('\u0306', "aegiouȩạ", "ăĕğĭŏŭḝặ"),
        ('\u0307', "cegzaobdfhmnprsśšṣtwxyſ", "ċėġżȧȯḃḋḟḣṁṅṗṙṡṥṧṩṫẇẋẏẛ"),
        ('\u0308', "aeiouyhõūwxt", "äëïöüÿḧṏṻẅẍẗ"),
        ('\u0309', "aâăeêioôơuưy", "ảẩẳẻểỉỏổởủửỷ"),
        ('\u030a', "auwy", "åůẘẙ"),
        ('\u030b', "ou", "őű"),
        ('\u030c', "cdelnrstzaiouügkʒjh", "čďěľňřšťžǎǐǒǔǚǧǩǯǰȟ"),
        ('\u030f', "aeioru", "ȁȅȉȍȑȕ"),
        ('\u0311', "aeioru", "ȃȇȋȏȓȗ"),
        ('\u031b', "ou", "ơư"),
        ('\u0323', "bdhklmnrstvwzaeioơuưy", "ḅḍḥḳḷṃṇṛṣṭṿẉẓạẹịọợụựỵ"),
        ('\u0324', "u", "ṳ"),
        ('\u0325', "a", "ḁ"),
        ('\u0326', "st", "șț"),
        ('\u0327', "cgklnrstedh", "çģķļņŗşţȩḑḩ"),
        ('\u0328', "aeiuo", "ąęįųǫ"),
        ('\u032d', "delntu", "ḓḙḽṋṱṷ"),
        ('\u032e', "h", "ḫ"),
        ('\u0330', "eiu", "ḛḭṵ"),
        ('\u0331', "bdklnrtzh", "ḇḏḵḻṉṟṯẕẖ"),
    ];

    private static readonly FrozenDictionary<(char Base, char Mark), char> Compositions =
        Table.SelectMany(static row => row.Bases.Zip(row.Composed, (b, c) => KeyValuePair.Create((b, row.Mark), c))).ToFrozenDictionary();

    private static readonly FrozenDictionary<char, char> Decompositions =
        Compositions.ToFrozenDictionary(static pair => pair.Value, static pair => pair.Key.Base);

    /// <summary>Whether a character only modifies the letter before it.</summary>
    public static bool IsMark(char c) => c is >= '\u0300' and <= '\u036f';

    /// <summary>The letter that base and mark make together (NFC), if there is one.</summary>
    public static bool TryCompose(char letter, char mark, out char composed) => Compositions.TryGetValue((letter, mark), out composed);

    /// <summary>The letter as a to z, one or two of them; false for a letter of another script.</summary>
    public static bool TryFold(char letter, out char first, out char second)
    {
        second = '\0';
        while (Decompositions.TryGetValue(letter, out var simpler))
            letter = simpler;

        (first, second) = letter switch
        {
            'ß' => ('s', 's'),
            'æ' => ('a', 'e'),
            'œ' => ('o', 'e'),
            'þ' => ('t', 'h'),
            'ø' => ('o', '\0'),
            'ł' => ('l', '\0'),
            'đ' or 'ð' => ('d', '\0'),
            'ħ' => ('h', '\0'),
            'ı' or 'İ' => ('i', '\0'),
            _ => (letter, '\0'),
        };
        return first is >= 'a' and <= 'z';
    }
}
