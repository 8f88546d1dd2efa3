function show_doc(name)
    %SHOW_DOC   The interpreter's own documentation, which a user may have hidden by importing euphonic.doc.
    doc(name);
end
