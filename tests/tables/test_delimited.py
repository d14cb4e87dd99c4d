import polars as pl
import pytest

from neurode.errors import FileError, TableError
from neurode.tables.content import Content
from neurode.tables.row_widths import count_separators
from neurode.tables.sources import read_table


@pytest.fixture
def write(tmp_path):
    def write_bytes(content, name="table.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_bytes


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(write, separator):
    path = write("grade,note,rate\nA,'x y',5.5\nB,z,7\n".replace(",", separator))
    assert read_table(path).rows() == [("A", "'x y'", 5.5), ("B", "z", 7.0)]


def test_separators_inside_quotation_marks_do_not_count(write):
    frame = read_table(write('"name, first",age\n"Smith, ""Al""",30\n"Two\nlines",40\n'))
    assert frame.to_dict(as_series=False) == {"name, first": ['Smith, "Al"', "Two\nlines"], "age": [30, 40]}


def test_a_quotation_mark_inside_a_field_is_a_character(write):
    assert read_table(write('item,n\n5" pipe,2\n7" pipe,3\n'))["item"].to_list() == ['5" pipe', '7" pipe']


@pytest.mark.parametrize("word", ["", "NA", "N/A", "NaN", "null", "None", "?", " ? "])
def test_null_words_are_gaps(write, word):
    frame = read_table(write(f"a,b,c\n1,x,2.5\n{word},{word},{word}\n"))
    assert frame.rows()[1] == (None, None, None)
    assert frame.dtypes == [pl.Int64, pl.String, pl.Float64]


@pytest.mark.parametrize(("late", "expected"), [("x", "x"), ("1.5", 1.5), ("99999999999999999999", 1e20)])
def test_a_late_value_of_another_type_changes_the_column(write, late, expected):
    frame = read_table(write("a,b\n" + "1,2\n" * 10_001 + f"{late},2\n"))
    assert frame["a"][-1] == expected
    assert frame["b"].dtype == pl.Int64


def test_blanks_around_values_and_names_are_dropped(write):
    assert read_table(write("a , b\n 1 , x\n2, y \n")).to_dict(as_series=False) == {
        "a": [1, 2],
        "b": ["x", "y"],
    }


def test_commas_among_decimal_points_are_no_decimal_commas(write):
    assert read_table(write("a;b\n1,234;2.5\n5;3.5\n")).rows() == [("1,234", 2.5), ("5", 3.5)]


def test_separators_are_counted_outside_quotation_marks_in_files_of_many_pieces(write):
    path = write('a,b\n"' + "x," * 1_000_000 + '",1\n"y",2\n')
    assert count_separators(Content.of_file(path), ",", '"') == 3
    assert count_separators(Content.of_file(path), ",", None) == 1_000_003


def test_a_decimal_comma_is_found(write):
    assert read_table(write("a;b\n1,5;x\n-2,25;y\n"))["a"].to_list() == [1.5, -2.25]


@pytest.mark.parametrize(
    "content", ["a,b\n1,2\n\n3,4\n\n", "\n\na,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n\r\n3,4\r\n"]
)
def test_blank_lines_are_no_rows(write, content):
    assert read_table(write(content)).rows() == [(1, 2), (3, 4)]


def test_a_blank_line_in_a_single_column_is_a_gap(write):
    assert read_table(write("a\n1\n\n3\n"))["a"].to_list() == [1, None, 3]


def test_old_line_ends_and_a_byte_order_mark_are_read(write):
    assert read_table(write("a,b\r1,2\r3,4\r")).rows() == [(1, 2), (3, 4)]
    assert read_table(write(b"\xef\xbb\xbfa,b\n1,2\n")).columns == ["a", "b"]


def test_a_separator_at_every_line_end_makes_no_column(write):
    assert read_table(write("a,b,\n1,2,\n3,4,\n")).columns == ["a", "b"]


def test_a_nameless_column_is_named_by_its_place(write):
    assert read_table(write(",b\n1,2\n")).columns == ["column_1", "b"]


def test_a_header_may_be_longer_than_what_is_looked_at_first(write):
    names = [f"a_long_name_{i}" for i in range(8_000)]
    assert read_table(write(",".join(names) + "\n" + ",".join("1" * 8_000) + "\n")).columns == names


@pytest.mark.parametrize("margin", range(4))
def test_a_character_may_lie_across_the_end_of_what_is_looked_at_first(write, margin):
    assert read_table(write("a" * margin + ",b\n" + "é,1\n" * 40_000)).height == 40_000


def test_words_for_true_and_false_are_booleans(write):
    assert read_table(write("a,b\nTrue,1\nfalse,2\n"))["a"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("content", "line", "fields"),
    [
        ("a,b,c\n1,2,3\n4,5\n", 3, "2 fields"),
        ("a,b,c\n1,2,3\n4\n", 3, "1 field"),
        ("a,b,c\n1,2,3\n4,5,6,7\n", 3, "4 fields"),
        ('a,b,c\n"x\ny",2,3\n"4,5",6\n', 4, "2 fields"),
        ("\na,b,c\n1,2,3\n\n4,5\n", 5, "2 fields"),
        # One row is short by what the other is long, so that the totals agree.
        ("a,b,c\n1,2\n3,4,5,6\n", 2, "2 fields"),
    ],
)
def test_a_ragged_row_is_named_by_its_line(write, content, line, fields):
    with pytest.raises(TableError, match=rf"line {line} of .* has {fields}, the header has 3"):
        read_table(write(content))


def test_an_open_quotation_mark_is_hinted_at(write):
    with pytest.raises(TableError, match=r"a quotation mark in that line may never be closed"):
        read_table(write('a,b\n"x\ny,2\nz,3\n'))


def test_a_quotation_mark_left_open_in_a_large_file_is_located(write):
    content = "a,b\n" + "1,x\n" * 30_000 + '2,"y\n' + "3,z\n" * 60_000
    with pytest.raises(TableError, match=r"at line 30002: .*\nhint: look for a quotation mark"):
        read_table(write(content))


@pytest.mark.parametrize(
    ("content", "offset", "line"),
    [
        (b"caf\xe9,b\n1,2\n", 3, 1),
        (b"a,b\n1,x\n2,caf\xe9\n", 13, 3),
        (b"a,b\n" + b"1,x\n" * 600_000 + b"2,\xff\n", 2_400_006, 600_002),
        # The first byte of a character of two, and then the end.
        (b"a,b\n1,2\n3,\xc3", 10, 3),
        # Characters of two bytes at odd places lie across the pieces in which the file is read.
        (
            b"a\n" + b"x" + "é".encode() * 60_000 + b"\n" + b"yy" + "é\n".encode() * 600_000 + b"\xff",
            1_920_006,
            600_003,
        ),
    ],
)
def test_bytes_that_are_not_utf8_are_located(write, content, offset, line):
    with pytest.raises(FileError, match=rf"byte 0x\w\w at offset {offset}, line {line}\nhint: convert it"):
        read_table(write(content))


def test_duplicate_column_names_are_named(write):
    with pytest.raises(TableError, match=r"duplicate column names in .*: 'a'\nhint: rename one of each"):
        read_table(write("a,b,a\n1,2,3\n"))


def test_a_missing_header_is_suspected(write):
    with pytest.raises(TableError, match=r"first line looks like data"):
        read_table(write("1,5.0,1\n2,7.1,3\n"))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is empty"),
        (b"\n \n", "only blank space"),
        (b"a,\x00b\n1,2\n", "it holds NUL bytes"),
        (b"PK\x03\x04....", "perhaps an Excel workbook"),
        (b"\x1f\x8b\x08....", "not a complete gzip file"),
        (b"\x80\x04\x95...", "is a pickle, and reading a pickle can run any code"),
        ("a,b\n1,2\n".encode("utf-16"), "text in UTF-16"),
    ],
)
def test_what_is_no_text_is_named(write, content, problem):
    with pytest.raises(FileError, match=problem):
        read_table(write(content))


def test_a_header_alone_is_no_table(write):
    with pytest.raises(TableError, match=r"columns but no rows\n\ncolumns: 'a', 'b'"):
        read_table(write("a,b\n"))
